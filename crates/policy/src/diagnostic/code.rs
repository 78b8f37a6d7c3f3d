//! The closed list of diagnostics, with how much each matters.
//! The words are stable: editors and pipelines match on them.

use std::fmt;

/// How much a diagnostic matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy cannot be served.
    Error,
    /// It can be served, but is likely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

macro_rules! codes {
    ($($name:ident = $severity:ident $word:literal $meaning:literal;)+) => {
        /// What kind of thing a diagnostic is.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Code { $(#[doc = $meaning] $name,)+ }

        impl Code {
            /// Every kind, in order of declaration.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The word that stands for it; it does not change between versions.
            pub const fn word(self) -> &'static str { match self { $(Code::$name => $word,)+ } }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)+ }
            }

            /// What it means, in a clause.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$name => $meaning,)+ }
            }
        }
    };
}

codes! {
    NotUtf8 = Error "not-utf8" "the file is not UTF-8 text";
    TooLarge = Error "too-large" "a document is larger than 1 MiB";
    TooMany = Error "too-many" "more documents, clauses or words of a kind than a policy may hold";
    NoFrontMatter = Error "no-front-matter" "the document does not open with front matter between two lines `+++`";
    BadToml = Error "bad-toml" "front matter or a block is not TOML";
    UnclosedBlock = Error "unclosed-block" "a fenced block is not closed";
    NestedBlock = Error "nested-block" "a clause block stands inside a list, a quotation or a table";
    UnmarkedBlock = Error "unmarked-block" "a code block looks like clauses and is not marked `toml`";
    EmptyBlock = Error "empty-block" "a block holds no clause";
    BlockWithoutProse = Error "block-without-prose" "no prose stands before a block";
    NotAClause = Error "not-a-clause" "something in a block is not a table named `[verb.name]`";
    UnknownVerb = Error "unknown-verb" "a clause begins with a word that is not a verb";
    UnknownKind = Error "unknown-kind" "`define` is followed by a word that is not a kind of word";
    UnknownKey = Error "unknown-key" "a clause has a key that its verb does not have";
    MissingKey = Error "missing-key" "a clause lacks a key that its verb needs";
    WrongType = Error "wrong-type" "a value is of another type than its key takes";
    WrongValue = Error "wrong-value" "a value is of the right type and means nothing";
    NoForm = Error "no-form" "a clause says none, or several, of the things its verb can say";
    BadName = Error "bad-name" "a name is not lower-case words joined by hyphens";
    UnknownWord = Error "unknown-word" "a clause uses a word that is not declared";
    NotImported = Error "not-imported" "a word is declared in a file that the document does not import";
    UnknownImport = Error "unknown-import" "an imported file is not in the folder";
    DuplicateDocument = Error "duplicate-document" "two documents have one name";
    DuplicateClause = Error "duplicate-clause" "two clauses of a document have one name";
    DuplicateWord = Error "duplicate-word" "a word is declared twice";
    OnlyDefines = Error "only-defines" "a document that is for nobody holds a clause other than `define`";
    NoController = Error "no-controller" "a document does not name a controller that can be reached";
    SystemsAndRegions = Error "systems-and-regions" "a document is for hosted systems and for regions at once";
    SystemTwice = Error "system-twice" "a hosted system has two documents";
    ClientUnserved = Error "client-unserved" "a document for hosted systems does not say how clients are served";
    NoBasis = Error "no-basis" "a purpose has no `use` clause in the document, or one without a lawful basis";
    NoDeadline = Error "no-deadline" "a right has no time within which an answer is given";
    NotKept = Error "not-kept" "data is collected for a purpose and no `keep` clause says how long it stays";
    NothingAnonymous = Error "nothing-anonymous" "data is to be made anonymous of which nothing anonymous is made";
    EventOfItem = Error "event-of-item" "a period counts from an event of the item, which nothing ever sets";
    KeptTwice = Error "kept-twice" "two `keep` clauses cover the same data for the same purpose";
    KeptNotCollected = Warning "kept-not-collected" "a `keep` clause covers data that is never collected for its purposes";
    PurposeIdle = Warning "purpose-idle" "a purpose is declared, and nothing is collected for it or compatible with it";
    RoleIdle = Warning "role-idle" "a role may use a purpose and has no view of anything for it";
    ViewIdle = Warning "view-idle" "a role has a view for a purpose that is not open to it, or of data that is not collected";
    WordIdle = Note "word-idle" "a word is declared and never used";
    DisclosedNotCollected = Error "disclosed-not-collected" "data is disclosed that is never collected";
    DisclosureIdle = Warning "disclosure-idle" "data is disclosed for purposes for which none of it is held";
    NoRoute = Error "no-route" "a recipient stands across a border and no `transfer` clause leads there";
    RouteExpired = Warning "route-expired" "a route's instrument is no longer valid";
    CountryTwice = Error "country-twice" "two documents are for the same country";
    CountryUncovered = Error "country-uncovered" "a country that must be covered has no document";
    DefaultTwice = Error "default-twice" "two documents are the default";
    NoDefault = Warning "no-default" "no document is for people whose country is not known";
    FeeForbidden = Error "fee-forbidden" "a fee is asked where a region forbids fees";
    SpecialField = Error "special-field" "a field is of a special category, and the document does not say so, does not say why it may be used, or refuses it";
    RecordingWithoutNotice = Error "recording-without-notice" "a recording is collected without telling people before";
    LargeIdentifier = Error "large-identifier" "a field whose values are files or free text is declared to name a person";
    NoOptOut = Error "no-opt-out" "a purpose may be opted out of and no right says how";
    RequestsUnkept = Warning "requests-unkept" "people may ask something, and no clause says how long what they asked is kept";
    ComplaintsTwice = Error "complaints-twice" "two clauses of a document say whom complaints go to";
    ReportEndless = Error "report-endless" "a clause says what happens to a report that nobody decides, and not within how long it is decided";
    ReportUnreached = Error "report-unreached" "none of the roles that decide a report sees all that is collected, so that none can";
    NoWithdrawal = Error "no-withdrawal" "a purpose rests on consent and no right lets people take it back";
    CompatibleWithItself = Error "compatible-with-itself" "a purpose is declared compatible with itself";
    ChainNotDeclared = Note "chain-not-declared" "two purposes are compatible through a third and not declared so";
    NotPublished = Warning "not-published" "a block of HTML or an image, which the published page leaves out";
    LawAge = Error "law-age" "younger people are taken than the law of their country allows";
    LawDeadline = Error "law-deadline" "something takes longer than the law of a country allows";
    LawFee = Error "law-fee" "a fee is asked where the law of a country forbids it";
    LawMarketing = Error "law-marketing" "people are written to about products without the choice that the law of their country gives them";
    LawRelationship = Note "law-relationship" "the law of a country takes consent to marketing from dealings only";
    LawBasis = Error "law-basis" "a use rests on a ground that the law of a country does not know";
    LawRecording = Error "law-recording" "calls are recorded without the consent that the law of a country asks for";
    LawRight = Warning "law-right" "the law of a country gives people what the document does not";
    LawPart = Note "law-part" "the law of a part of a country asks for what a document for the whole country does not say";
    PromiseWithoutClause = Warning "promise-without-clause" "prose promises something and no clause stands after it";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.word())
    }
}
