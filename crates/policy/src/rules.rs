//! A document's clauses arranged for deciding: by purpose, by recipient, by role.
//! It arranges and looks up; it never weighs (see `decide`).

use crate::facts::Unread;
use crate::hosted::Acts;
use crate::model::*;
use kept_terms::{Period, Right, Set, SpecialCategory, Territories, Territory};

/// A document's clauses arranged for deciding.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub(crate) collect: Vec<(ClauseId, Collect)>,
    pub(crate) uses: Vec<Option<(ClauseId, Use)>>,
    pub(crate) disclose: Vec<(ClauseId, Disclose)>,
    pub(crate) transfer: Vec<(ClauseId, Transfer)>,
    pub(crate) keep: Vec<(ClauseId, Keep)>,
    pub(crate) holds: Vec<(ClauseId, Hold)>,
    /// How long a case is kept after its end, where a clause says so.
    pub requests: Option<(ClauseId, Period)>,
    pub(crate) grants: Vec<(ClauseId, Grant)>,
    pub(crate) views: Vec<RoleView>,
    pub(crate) special: Vec<(ClauseId, Vec<SpecialCategory>, Screened, Remedy)>,
    pub(crate) unlooked: Vec<(ClauseId, Unlooked)>,
    pub(crate) apart: Option<ClauseId>,
    pub(crate) instructed: Option<(ClauseId, Acts)>,
    pub(crate) forwarded: Vec<(ClauseId, Vec<Right>)>,
    pub(crate) children: Vec<ChildRule>,
    /// How long before a change that matters people are to be told.
    pub(crate) notices: Vec<(ClauseId, Period)>,
    /// How many attempts of one caller may fail, where a clause asks for less than the most.
    pub(crate) tries_by_caller: Option<u8>,
    /// How many attempts about one person may fail, where a clause asks for less than the most.
    pub(crate) tries_about_a_person: Option<u8>,
}

/// What holds for people under an age, in some countries or in all of a document's.
#[derive(Clone, Copy, Debug)]
pub struct ChildRule {
    /// The clause.
    pub clause: ClauseId,
    /// The age below which nothing is taken.
    pub under: u8,
    /// How a report is decided.
    pub reports: Reports,
    /// How a parent may have agreed.
    pub parents: ParentWays,
    lands: Option<Territories>,
}

/// What a role sees for some purposes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoleView {
    pub clause: ClauseId,
    pub role: RoleId,
    pub purposes: Set<PurposeId>,
    pub clear: Set<FieldId>,
    pub masked: Set<FieldId>,
}

/// Where a collected value goes: one item for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placement {
    /// The retention class.
    pub class: ClassId,
    /// The purposes this item is held for.
    pub purposes: Set<PurposeId>,
}

impl Rules {
    /// Arranges clauses.
    pub fn new(clauses: &[Clause]) -> Rules {
        let mut rules = Rules::default();
        for clause in clauses {
            rules.add(clause);
        }
        rules
    }

    fn add(&mut self, clause: &Clause) {
        let id = clause.id;
        match &clause.body {
            Body::Collect(collect) => self.collect.push((id, collect.clone())),
            Body::Use(r#use) => self.add_use(id, r#use),
            Body::Disclose(disclose) => self.disclose.push((id, disclose.clone())),
            Body::Transfer(transfer) => self.transfer.push((id, transfer.clone())),
            Body::Keep(keep) => self.keep.push((id, keep.clone())),
            Body::Hold(hold) => self.holds.push((id, hold.clone())),
            Body::Requests(requests) => self.requests = Some((id, requests.period)),
            Body::Grant(grant) => self.grants.push((id, grant.clone())),
            Body::Secure(Secure::View {
                role,
                clear,
                masked,
                purposes,
            }) => {
                self.views.push(RoleView {
                    clause: id,
                    role: *role,
                    purposes: *purposes,
                    clear: *clear,
                    masked: *masked,
                });
            }
            Body::Refuse(Refuse::Special {
                classes,
                screened,
                then,
                unread,
                ..
            }) => {
                self.special.push((id, classes.clone(), *screened, *then));
                self.unlooked.push((id, *unread));
            }
            Body::Refuse(Refuse::Children {
                under,
                lands,
                reports,
                parents,
                ..
            }) => self.children.push(ChildRule {
                clause: id,
                under: *under,
                reports: *reports,
                parents: *parents,
                lands: *lands,
            }),
            Body::Secure(Secure::Apart) => {
                self.apart.get_or_insert(id);
            }
            Body::Secure(Secure::Instructed { acts }) => {
                // Of several clauses together, whatever any of them names needs an instruction.
                let known = self.instructed.map_or(Acts::default(), |(_, known)| known);
                let first = self.instructed.map_or(id, |(first, _)| first);
                self.instructed = Some((first, known.union(*acts)));
            }
            Body::Answer(Answer::Forwarded { rights, .. }) => {
                self.forwarded.push((id, rights.clone()));
            }
            Body::Notify(notify) => {
                let before = notify.before.filter(|_| notify.is_of_changes());
                self.notices.extend(before.map(|before| (id, before)));
            }
            Body::Secure(_) | Body::Answer(_) | Body::Define { .. } => {}
        }
    }

    fn add_use(&mut self, id: ClauseId, r#use: &Use) {
        let Tries { caller, person } = r#use.tries;
        self.tries_by_caller = least(self.tries_by_caller, caller);
        self.tries_about_a_person = least(self.tries_about_a_person, person);
        let at = usize::from(r#use.purpose.0);
        if self.uses.len() <= at {
            self.uses.resize(at + 1, None);
        }
        if let Some(slot) = self.uses.get_mut(at) {
            *slot = Some((id, r#use.clone()));
        }
    }

    /// The clauses that say what comes in.
    pub fn collected(&self) -> impl Iterator<Item = &Collect> {
        self.collect.iter().map(|(_, collect)| collect)
    }

    /// The clause that declares a purpose.
    pub fn use_of(&self, purpose: PurposeId) -> Option<&(ClauseId, Use)> {
        self.uses
            .get(usize::from(purpose.0))
            .and_then(Option::as_ref)
    }

    /// The clause that grants a right.
    pub fn grant_of(&self, right: Right) -> Option<&(ClauseId, Grant)> {
        self.grants.iter().find(|(_, grant)| grant.right == right)
    }

    /// The clause by which requests of a right are passed on to a client.
    pub fn forwarded(&self, right: Right) -> Option<ClauseId> {
        let mut all = self.forwarded.iter();
        all.find(|(_, rights)| rights.contains(&right))
            .map(|(clause, _)| *clause)
    }

    /// The rule that refuses children of a place. Of several ages the highest protects the most,
    /// and somebody whose country is not known may be anywhere, as somebody of whom only the
    /// country is known may be in any part of it.
    pub fn children(&self, place: Option<Territory>) -> Option<&ChildRule> {
        let here = |rule: &&ChildRule| match (&rule.lands, place) {
            (Some(lands), Some(place)) => lands.may_hold(place),
            (None, _) | (_, None) => true,
        };
        let mut highest: Option<&ChildRule> = None;
        for rule in self.children.iter().filter(here) {
            if highest.is_none_or(|known| known.under < rule.under) {
                highest = Some(rule);
            }
        }
        highest
    }

    /// How many attempts of one caller to tell who somebody is may fail: the least that any use
    /// allows.
    pub fn tries_by_caller(&self) -> u32 {
        u32::from(self.tries_by_caller.unwrap_or(Tries::MOST.caller))
    }

    /// How many attempts to show that one is some person may fail: the least that any use allows.
    pub fn tries_about_a_person(&self) -> u32 {
        u32::from(self.tries_about_a_person.unwrap_or(Tries::MOST.person))
    }

    /// Whether a role is shown every field that is collected, for purposes that are open to it.
    pub(crate) fn reaches_all(&self, role: RoleId) -> bool {
        let open = |purpose: PurposeId| {
            let declared = self.use_of(purpose);
            declared.is_some_and(|(_, r#use)| r#use.roles.contains(role))
        };
        let views = self.views.iter().filter(|view| view.role == role);
        let views = views.filter(|view| view.purposes.iter().any(open));
        let shown = views.fold(Set::EMPTY, |all, view| {
            all.union(view.clear).union(view.masked)
        });
        let collected = self.collect.iter();
        let collected = collected.fold(Set::EMPTY, |all, (_, clause)| all.union(clause.data));
        collected.is_subset(shown)
    }

    /// Everything that somebody may hold beyond its day.
    pub fn may_hold(&self) -> Set<FieldId> {
        let holds = self.holds.iter();
        holds.fold(Set::EMPTY, |all, (_, hold)| all.union(hold.data))
    }

    /// The clauses under which something stays although the person is erased.
    pub fn obliged(&self) -> impl Iterator<Item = &Keep> {
        let keeps = self.keep.iter().map(|(_, keep)| keep);
        keeps.filter(|keep| keep.obliged_by.is_some())
    }

    /// The purposes for which a field is collected through a channel.
    pub fn collected_for(&self, field: FieldId, channel: ChannelId) -> Set<PurposeId> {
        self.collect
            .iter()
            .filter(|(_, c)| c.data.contains(field) && c.through.contains(channel))
            .fold(Set::EMPTY, |purposes, (_, c)| purposes.union(c.purposes))
    }

    /// Where a value of a field goes that is held for `purposes`: one placement for each `keep`
    /// clause that
    /// covers some of them.
    pub fn placements(
        &self,
        field: FieldId,
        purposes: Set<PurposeId>,
    ) -> impl Iterator<Item = Placement> + '_ {
        self.keep
            .iter()
            .filter(move |(_, keep)| keep.data.contains(field))
            .filter_map(move |(_, keep)| {
                let covered = keep.purposes.intersection(purposes);
                let placement = Placement {
                    class: keep.class,
                    purposes: covered,
                };
                (!covered.is_empty()).then_some(placement)
            })
    }

    /// What to do where a special category is found in this kind of place, and the clause that says
    /// so. Of several
    /// clauses one that refuses comes first.
    pub fn remedy(
        &self,
        category: SpecialCategory,
        place: impl Fn(&Screened) -> bool,
    ) -> Option<(ClauseId, Remedy)> {
        let about = |(id, classes, screened, then): &(_, Vec<_>, _, _)| {
            (classes.contains(&category) && place(screened)).then_some((*id, *then))
        };
        let refusing = |(_, then): &(_, Remedy)| *then == Remedy::Refuse;
        let all = || self.special.iter().filter_map(about);
        all().find(refusing).or_else(|| all().next())
    }

    /// The clause that refuses a file in which nothing could be looked for.
    pub fn unlooked(&self, file: Unread) -> Option<ClauseId> {
        let least = match file {
            Unread::Document => Unlooked::RefuseDocuments,
            Unread::Picture => Unlooked::Refuse,
        };
        let mut all = self.unlooked.iter();
        all.find(|(_, rule)| *rule >= least).map(|(id, _)| *id)
    }
}

/// The least of what was allowed so far and what else is.
fn least(known: Option<u8>, allowed: u8) -> Option<u8> {
    Some(known.map_or(allowed, |known| known.min(allowed)))
}
