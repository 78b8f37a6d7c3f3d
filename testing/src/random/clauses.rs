//! The clauses of a small policy, from a tape: each verb with whatever it can say.
//! It makes what compiles to nothing wrong, and a good deal that no author would write.

use super::*;

/// The clauses of one document in the making.
pub(super) struct Clauses<'t, 'a, 'n> {
    pub tape: &'t mut Tape<'a>,
    pub id: DocumentId,
    pub name: &'n Name,
    pub made: Vec<Clause>,
}

impl Clauses<'_, '_, '_> {
    fn add(&mut self, name: &str, body: Body) -> (ClauseId, Arc<str>) {
        let id = ClauseId {
            document: self.id,
            number: u16::try_from(self.made.len()).unwrap_or(u16::MAX),
        };
        let full_name: Arc<str> = format!("{}#{}.{name}", self.name, body.verb().word()).into();
        self.made.push(Clause {
            id,
            full_name: full_name.clone(),
            body,
            source: 0..0,
            prose: 0..0,
        });
        (id, full_name)
    }

    pub fn write(mut self, classes: &mut Vec<Class>) -> Vec<Clause> {
        for number in 0..=self.tape.below(3) {
            let body = self.collect();
            self.add(&format!("c{number}"), body);
        }
        for number in 0..PURPOSES {
            if !self.tape.chance(15) {
                let body = self.r#use(PurposeId(number));
                self.add(&format!("purpose-{number}"), body);
            }
        }
        for number in 0..self.tape.below(8) {
            let body = self.disclose();
            self.add(&format!("d{number}"), body);
        }
        for number in 0..self.tape.below(4) {
            let body = self.transfer();
            self.add(&format!("t{number}"), body);
        }
        for number in 0..2 {
            self.keep(number, classes);
        }
        for right in Right::ALL {
            if !self.tape.chance(20) {
                let body = self.grant(*right);
                self.add(right.word(), body);
            }
        }
        for number in 0..self.tape.below(4) {
            let body = self.refuse();
            self.add(&format!("r{number}"), body);
        }
        for number in 0..self.tape.below(9) {
            let body = self.view();
            self.add(&format!("v{number}"), body);
        }
        if self.tape.chance(50) {
            self.add("apart", Body::Secure(Secure::Apart));
        }
        for number in 0..self.tape.below(3) {
            let acts = match self.tape.chance(70) {
                true => Acts::ALL,
                false => Act::ALL
                    .iter()
                    .copied()
                    .filter(|_| self.tape.chance(50))
                    .collect(),
            };
            self.add(
                &format!("i{number}"),
                Body::Secure(Secure::Instructed { acts }),
            );
        }
        for number in 0..self.tape.below(3) {
            let body = self.forwarded();
            self.add(&format!("f{number}"), body);
        }
        for number in 0..self.tape.below(3) {
            let body = self.emergency();
            self.add(&format!("e{number}"), body);
        }
        for number in 0..self.tape.below(4) {
            let books = Book::ALL.iter().copied();
            let books = books.filter(|_| self.tape.chance(40)).collect();
            let roles = self.tape.set(ROLES, 50);
            self.add(
                &format!("b{number}"),
                Body::Secure(Secure::Records { books, roles }),
            );
        }
        for number in 0..self.tape.below(3) {
            let ways = Way::ALL.iter().filter(|_| self.tape.chance(60));
            let ways = ways.map(|way| way.word().to_owned()).collect();
            self.add(&format!("w{number}"), Body::Secure(Secure::SignIn { ways }));
        }
        for number in 0..self.tape.below(5) {
            let body = self.answer();
            self.add(&format!("a{number}"), body);
        }
        for number in 0..self.tape.below(3) {
            let body = self.hold();
            self.add(&format!("h{number}"), body);
        }
        for number in 0..self.tape.below(3) {
            let body = self.notify();
            self.add(&format!("n{number}"), body);
        }
        self.made
    }

    fn forwarded(&mut self) -> Body {
        let rights = Right::ALL.iter().copied();
        Body::Answer(Answer::Forwarded {
            rights: rights.filter(|_| self.tape.chance(60)).collect(),
            within: Period::days(3),
            answered_within: Period::days(30),
        })
    }

    fn emergency(&mut self) -> Body {
        Body::Secure(Secure::BreakGlass {
            roles: self.tape.set(ROLES, 60),
            approved_by: self.tape.set(ROLES, 60),
            approvals: u8::try_from(1 + self.tape.below(2)).unwrap_or(1),
            lasts: Period::days(1),
            clear: self.tape.set(FIELDS, 60),
            masked: self.tape.set(FIELDS, 60),
            purposes: self.tape.set(PURPOSES, 80),
        })
    }

    fn answer(&mut self) -> Body {
        let within = Period::days(10);
        let to = TeamId(self.tape.below(TEAMS));
        Body::Answer(match self.tape.below(4) {
            0 => Answer::Stages(
                (0..=self.tape.below(2))
                    .map(|_| Stage {
                        to: TeamId(self.tape.below(TEAMS)),
                        within,
                    })
                    .collect(),
            ),
            1 => Answer::Authorities {
                authorities: Set::EMPTY,
                to,
                within,
            },
            2 => Answer::Staff {
                decided_by: to,
                refusals: None,
                within: None,
                outcomes: Vec::new(),
            },
            _ => Answer::Warned,
        })
    }

    fn collect(&mut self) -> Body {
        Body::Collect(Collect {
            data: self.tape.set(FIELDS, 60),
            through: self.tape.set(CHANNELS, 70),
            purposes: self.tape.set(PURPOSES, 50),
            required_for: self.tape.set(SERVICES, 20),
            notice_before: self.tape.chance(20),
            tie: self.tape.chance(50),
        })
    }

    fn r#use(&mut self, purpose: PurposeId) -> Body {
        Body::Use(Use {
            purpose,
            label: String::new(),
            exception: None,
            automated: None,
            basis: self.tape.one(
                Basis::LegitimateInterest,
                &[Basis::Contract, Basis::Consent, Basis::Contract],
            ),
            choice: self.tape.one(
                Choice::None,
                &[Choice::OptOut, Choice::None, Choice::OptIn, Choice::None],
            ),
            roles: self.tape.set(ROLES, 80),
            compatible_with: self.tape.set(PURPOSES, 30),
            consent_lasts: self.tape.chance(50).then_some(Period {
                months: 12,
                days: 0,
            }),
            restricted_too: self.tape.chance(30),
            person: self.tape.chance(70),
            confirm_every: None,
            suppress_below: self.tape.chance(60).then_some(5),
            dpv: None,
            tries: Tries {
                person: u8::try_from(1 + self.tape.below(5)).unwrap_or(5),
                caller: u8::try_from(14 + self.tape.below(7)).unwrap_or(20),
            },
        })
    }

    fn disclose(&mut self) -> Body {
        let kinds = [
            Some(Protection::ProcessingAgreement),
            Some(Protection::GroupAgreement),
            Some(Protection::SharingAgreement),
            Some(Protection::Law),
        ];
        let assurances = self.tape.set(ASSURANCES, 50);
        let assured = [Assured::Any(assurances), Assured::All(assurances)];
        Body::Disclose(Disclose {
            to: RecipientId(self.tape.below(RECIPIENTS)),
            data: self.tape.set(FIELDS, 70),
            purposes: self.tape.set(PURPOSES, 70),
            protection: self.tape.one(None, &kinds),
            assurance: self.tape.one(Assured::Nothing, &assured),
            consent: self.tape.chance(30),
            compelled: self.tape.chance(30),
            confirms_within: None,
            approvals: u8::try_from(self.tape.below(7).saturating_sub(4)).unwrap_or(0),
            engagement: self.tape.chance(20),
        })
    }

    fn some_of(&mut self, all: &[Territory]) -> Territories {
        let some = all.iter().copied().filter(|_| self.tape.chance(60));
        Territories::covering(some)
    }

    fn transfer(&mut self) -> Body {
        let all = places();
        Body::Transfer(Transfer {
            from: self.some_of(&all),
            to: self.some_of(&all),
            // Now and then an instrument that nobody declared.
            instrument: InstrumentId(self.tape.below(INSTRUMENTS * 4 + 1) / 4),
            valid_until: self.tape.chance(20).then(|| self.tape.date()),
            kinds: self.tape.chance(30).then(|| {
                let all = RecipientKind::ALL.iter().copied();
                all.filter(|_| self.tape.chance(60)).collect()
            }),
        })
    }

    fn keep(&mut self, number: u16, classes: &mut Vec<Class>) {
        let class = ClassId(u16::try_from(classes.len()).unwrap_or(u16::MAX));
        let period = Period {
            months: u32::from(self.tape.below(30)),
            days: u32::from(self.tape.below(3)),
        };
        let obliged = self.tape.chance(30);
        let keep = Keep {
            class,
            data: self.tape.set(FIELDS, 70),
            purposes: self.tape.set(PURPOSES, 70),
            period,
            after: EventId(0),
            then: Ending::Destroy,
            obliged_by: obliged.then(|| "the Invented Records Act".to_owned()),
        };
        let (clause, name) = self.add(&format!("k{number}"), Body::Keep(keep));
        classes.push(Class {
            name,
            after: EventId(0),
            moves: false,
            period,
            then: Ending::Destroy,
            obliged,
            clause,
        });
    }

    fn hold(&mut self) -> Body {
        Body::Hold(Hold {
            roles: self.tape.set(ROLES, 50),
            data: self.tape.set(FIELDS, 60),
        })
    }

    fn grant(&mut self, right: Right) -> Body {
        Body::Grant(Grant {
            right,
            answer_within: Period::days(30),
            extend_by: None,
            fee: None,
            identity: Identity::None,
            purposes: self.tape.set(PURPOSES, 50),
            at_once: !self.tape.chance(20),
        })
    }

    fn refuse(&mut self) -> Body {
        if self.tape.chance(40) {
            let under = u8::try_from(13 + self.tape.below(4)).unwrap_or(13);
            return Body::Refuse(Refuse::Children {
                under,
                lands: self.tape.chance(30).then(|| self.some_of(&places())),
                if_found_erase: true,
                asked_through: Set::EMPTY,
                reports: self.reports(),
                parents: [ParentWay::SignedForm, ParentWay::VideoCall]
                    .into_iter()
                    .filter(|_| self.tape.chance(30))
                    .collect(),
            });
        }
        let classes = CATEGORIES
            .iter()
            .copied()
            .filter(|_| self.tape.chance(70))
            .collect();
        Body::Refuse(Refuse::Special {
            classes,
            screened: Screened {
                fields: self.tape.chance(60),
                free_text: self.tape.chance(60),
                attachments: self.tape.chance(60),
            },
            then: self
                .tape
                .one(Remedy::Redact, &[Remedy::Refuse, Remedy::Redact]),
            unread: self.tape.one(
                Unlooked::Take,
                &[Unlooked::RefuseDocuments, Unlooked::Refuse],
            ),
            except: Set::EMPTY,
        })
    }

    fn reports(&mut self) -> Reports {
        let days = u32::from(self.tape.below(60));
        Reports {
            within: self.tape.chance(60).then(|| Period::days(days)),
            by: self.tape.set(ROLES, 30),
            undecided: self.tape.one(Undecided::StayApart, &[Undecided::Erase]),
        }
    }

    fn notify(&mut self) -> Body {
        Body::Notify(Notify {
            when: self.tape.one("material", &["any", "breach"]).to_owned(),
            through: vec!["e-mail".to_owned()],
            before: match self.tape.chance(70) {
                true => Some(Period::days(u32::from(self.tape.below(60)))),
                false => None,
            },
            within: None,
            purpose: None,
        })
    }

    fn view(&mut self) -> Body {
        Body::Secure(Secure::View {
            role: RoleId(self.tape.below(ROLES)),
            clear: self.tape.set(FIELDS, 50),
            masked: self.tape.set(FIELDS, 60),
            purposes: self.tape.set(PURPOSES, 70),
        })
    }
}
