//! The table of kinds.
//! It says how each reads, and decides nothing.

use super::Matters;

kinds! {
    /// People without a document have one.
    DocumentNew = "document-new", Yes, [
        "From now on “{now}” holds for people in {about}.",
        "Désormais, « {now} » s’applique aux personnes en {about}.",
        "Von nun an gilt „{now}“ für Menschen in {about}.",
        "今后《{now}》适用于以下地区的人士：{about}。",
    ];
    /// People have no document any more.
    DocumentGone = "document-gone", Yes, [
        "No policy holds any longer for people in {about}; nothing can be done with information about them.",
        "Aucune politique ne s’applique plus aux personnes en {about} ; leurs informations ne peuvent plus servir.",
        "Für Menschen in {about} gilt kein Dokument mehr; mit Angaben über sie darf nichts geschehen.",
        "以下地区的人士不再受任何政策保护，其信息不得再被使用：{about}。",
    ];
    /// People are under another document.
    PeopleMoved = "people-moved", Yes, [
        "For people in {about}, “{now}” takes the place of “{was}”.",
        "Pour les personnes en {about}, « {now} » remplace « {was} ».",
        "Für Menschen in {about} tritt „{now}“ an die Stelle von „{was}“.",
        "对以下地区的人士，《{now}》取代《{was}》：{about}。",
    ];
    /// Another entity is responsible.
    Controller = "controller", Yes, [
        "{now} is responsible from now on, no longer {was}.",
        "{now} est désormais responsable, et non plus {was}.",
        "Verantwortlich ist künftig {now}, nicht mehr {was}.",
        "今后由 {now} 负责，不再由 {was} 负责。",
    ];
    /// Whoever is responsible is reached elsewhere.
    Reached = "reached", No, [
        "We are reached at {now}, no longer at {was}.",
        "On nous joint désormais à {now}, et non plus à {was}.",
        "Wir sind künftig unter {now} zu erreichen, nicht mehr unter {was}.",
        "联系方式由 {was} 改为 {now}。",
    ];
    /// Something is newly collected.
    Collected = "collected", Yes, [
        "We newly collect {data}, through {through}, for {for}.",
        "Nous recueillons désormais : {data} (par {through}), pour : {for}.",
        "Wir erheben neu: {data} (über {through}) für: {for}.",
        "我们新增收集：{data}（途径：{through}；目的：{for}）。",
    ];
    /// Something is no longer collected.
    NotCollected = "not-collected", Yes, [
        "We no longer collect {data} through {through} for {for}.",
        "Nous ne recueillons plus : {data} (par {through}), pour : {for}.",
        "Wir erheben nicht mehr: {data} (über {through}) für: {for}.",
        "我们不再收集：{data}（途径：{through}；目的：{for}）。",
    ];
    /// People are told first.
    NoticeFirst = "notice-first", Yes, [
        "We now tell you before we take {data} through {through}.",
        "Nous vous prévenons désormais avant de recueillir : {data} (par {through}).",
        "Wir sagen es Ihnen künftig, bevor wir erheben: {data} (über {through}).",
        "收集前我们将先告知您：{data}（途径：{through}）。",
    ];
    /// People are no longer told first.
    NoticeDropped = "notice-dropped", Yes, [
        "We no longer tell you before we take {data} through {through}.",
        "Nous ne vous prévenons plus avant de recueillir : {data} (par {through}).",
        "Wir sagen es Ihnen nicht mehr, bevor wir erheben: {data} (über {through}).",
        "收集前我们不再事先告知您：{data}（途径：{through}）。",
    ];
    /// A service needs more.
    Required = "required", Yes, [
        "{about} cannot be had any longer without {data}.",
        "{about} : désormais impossible sans {data}.",
        "{about}: künftig nicht mehr ohne {data}.",
        "{about}：今后必须提供 {data}。",
    ];
    /// A service needs less.
    NotRequired = "not-required", Yes, [
        "{about} can be had without {data} from now on.",
        "{about} : désormais possible sans {data}.",
        "{about}: künftig auch ohne {data}.",
        "{about}：今后不再需要 {data}。",
    ];
    /// A purpose is new.
    PurposeNew = "purpose-new", Yes, [
        "We newly use information for {for}; what makes it lawful is {now}.",
        "Nouvel usage : {for} ; base légale : {now}.",
        "Neuer Zweck: {for}; Rechtsgrundlage: {now}.",
        "新增用途：{for}；法律依据：{now}。",
    ];
    /// A purpose is given up.
    PurposeGone = "purpose-gone", Yes, [
        "We no longer use information for {for}.",
        "Cet usage cesse : {for}.",
        "Dieser Zweck entfällt: {for}.",
        "不再用于：{for}。",
    ];
    /// A use is lawful for another reason.
    Basis = "basis", Yes, [
        "For {for}, what makes it lawful is {now}, no longer {was}.",
        "Pour {for}, la base légale devient : {now} (jusqu’ici : {was}).",
        "Für {for} ist die Rechtsgrundlage künftig: {now} (bisher: {was}).",
        "{for}的法律依据由“{was}”改为“{now}”。",
    ];
    /// Special categories may be used for something, or for another reason.
    Exception = "exception", Yes, [
        "For {for}, information of special categories is used under another exception: {now}, no longer {was}.",
        "Pour {for}, l’exception qui permet d’utiliser des catégories particulières devient : {now} (jusqu’ici : {was}).",
        "Für {for} werden besondere Kategorien künftig aufgrund einer anderen Ausnahme genutzt: {now} (bisher: {was}).",
        "{for}使用敏感类别信息所依据的例外由“{was}”改为“{now}”。",
    ];
    /// What a program does alone changes.
    Automated = "automated", Yes, [
        "For {for}, what a program does alone changes: {now}, no longer {was}.",
        "Pour {for}, ce qu’un programme fait seul change : {now} (jusqu’ici : {was}).",
        "Für {for} ändert sich, was ein Programm allein tut: {now} (bisher: {was}).",
        "关于{for}，程序单独进行的处理由“{was}”改为“{now}”。",
    ];
    /// A field of a special category is taken all the same.
    ExceptedMore = "excepted-more", Yes, [
        "Newly taken, although it is of a special category: {data}.",
        "Désormais recueilli bien que d’une catégorie particulière : {data}.",
        "Künftig erhoben, obwohl von einer besonderen Kategorie: {data}.",
        "今后收集以下敏感类别信息：{data}。",
    ];
    /// A field of a special category is no longer excepted.
    ExceptedFewer = "excepted-fewer", No, [
        "No longer excepted from what is refused: {data}.",
        "N’est plus excepté de ce qui est refusé : {data}.",
        "Nicht länger ausgenommen von dem, was abgewiesen wird: {data}.",
        "不再作为例外收集：{data}。",
    ];
    /// A person's say changes.
    Say = "say", Yes, [
        "For {for}, your say changes: {now}, no longer {was}.",
        "Pour {for}, votre choix change : {now} (jusqu’ici : {was}).",
        "Für {for} ändert sich Ihre Wahl: {now} (bisher: {was}).",
        "关于{for}，您的选择由“{was}”改为“{now}”。",
    ];
    /// More roles act for a purpose.
    RolesMore = "roles-more", Against, [
        "{now} may newly use information for {for}.",
        "Peuvent désormais utiliser des informations pour {for} : {now}.",
        "Für {for} dürfen Angaben nun auch nutzen: {now}.",
        "今后以下角色可为{for}使用信息：{now}。",
    ];
    /// Fewer roles act for a purpose.
    RolesFewer = "roles-fewer", Against, [
        "{was} may no longer use information for {for}.",
        "Ne peuvent plus utiliser des informations pour {for} : {was}.",
        "Für {for} dürfen Angaben nicht mehr nutzen: {was}.",
        "以下角色不再可为{for}使用信息：{was}。",
    ];
    /// What was collected for other purposes may be used.
    CompatibleMore = "compatible-more", Yes, [
        "What was collected for {now} may newly be used for {for}.",
        "Ce qui fut recueilli pour {now} peut désormais servir à {for}.",
        "Was für {now} erhoben wurde, darf nun auch für {for} genutzt werden.",
        "为{now}收集的信息今后可用于{for}。",
    ];
    /// What was collected for other purposes may no longer be used.
    CompatibleFewer = "compatible-fewer", Yes, [
        "What was collected for {was} may no longer be used for {for}.",
        "Ce qui fut recueilli pour {was} ne peut plus servir à {for}.",
        "Was für {was} erhoben wurde, darf nicht mehr für {for} genutzt werden.",
        "为{was}收集的信息不再可用于{for}。",
    ];
    /// A consent lasts another time.
    ConsentLasts = "consent-lasts", Yes, [
        "Your agreement to {for} lasts {now}, no longer {was}.",
        "Votre accord pour {for} vaut désormais {now} (jusqu’ici : {was}).",
        "Ihre Einwilligung zu {for} gilt künftig {now} (bisher: {was}).",
        "您对{for}的同意有效期由“{was}”改为“{now}”。",
    ];
    /// A use goes on while processing is paused.
    PausedToo = "paused-too", Yes, [
        "{for}: this now goes on even while you have the use of your information paused.",
        "{for} : continue désormais même quand vous avez fait suspendre l’usage.",
        "{for}: geht künftig weiter, auch wenn Sie die Nutzung einschränken ließen.",
        "{for}：即使您已暂停处理，今后仍会继续。",
    ];
    /// A use stops while processing is paused.
    PausedStops = "paused-stops", Yes, [
        "{for}: this now stops while you have the use of your information paused.",
        "{for} : cesse désormais quand vous avez fait suspendre l’usage.",
        "{for}: ruht künftig, solange Sie die Nutzung einschränken ließen.",
        "{for}：您暂停处理期间，今后将停止。",
    ];
    /// A person may act for a purpose themselves.
    SelfUse = "self-use", No, [
        "{for}: you may now do this yourself.",
        "{for} : vous pouvez désormais le faire vous-même.",
        "{for}: das können Sie künftig selbst tun.",
        "{for}：今后您可自行操作。",
    ];
    /// A person may no longer act for a purpose themselves.
    NoSelfUse = "no-self-use", Against, [
        "{for}: you can no longer do this yourself.",
        "{for} : vous ne pouvez plus le faire vous-même.",
        "{for}: das können Sie nicht mehr selbst tun.",
        "{for}：您不再可自行操作。",
    ];
    /// A recipient gets more.
    Shared = "shared", Yes, [
        "{about} newly gets {data}, for {for}: {now}.",
        "{about} reçoit désormais : {data}, pour : {for} ; {now}.",
        "{about} erhält neu: {data}, für: {for}; {now}.",
        "{about} 今后将获得：{data}（目的：{for}；{now}）。",
    ];
    /// A recipient gets less.
    NotShared = "not-shared", Yes, [
        "{about} no longer gets {data} for {for}.",
        "{about} ne reçoit plus : {data}, pour : {for}.",
        "{about} erhält nicht mehr: {data}, für: {for}.",
        "{about} 不再获得：{data}（目的：{for}）。",
    ];
    /// The law may compel more.
    Compelled = "compelled", Yes, [
        "Where the law compels it, {about} may newly get {data}, for {for}: {now}.",
        "Si la loi l’impose, {about} peut désormais recevoir : {data}, pour : {for} ; {now}.",
        "Wenn das Gesetz es verlangt, kann {about} nun erhalten: {data}, für: {for}; {now}.",
        "在法律强制时，{about} 今后可获得：{data}（目的：{for}；{now}）。",
    ];
    /// The law may compel less.
    NotCompelled = "not-compelled", Yes, [
        "Even where the law compels it, no clause now gives {about} {data} for {for}.",
        "Même si la loi l’impose, plus aucune clause ne donne à {about} : {data}, pour : {for}.",
        "Auch wenn das Gesetz es verlangt, gibt keine Klausel mehr an {about}: {data}, für: {for}.",
        "即使法律强制，也不再有条款向 {about} 提供：{data}（目的：{for}）。",
    ];
    /// A recipient gets something on other conditions.
    Conditions = "conditions", Yes, [
        "{about} gets {data} for {for} on other conditions: {now}; until now: {was}.",
        "{about} reçoit {data}, pour {for}, à d’autres conditions : {now} ; jusqu’ici : {was}.",
        "{about} erhält {data} für {for} unter anderen Bedingungen: {now}; bisher: {was}.",
        "{about} 获得 {data}（目的：{for}）的条件由“{was}”改为“{now}”。",
    ];
    /// A recipient is in another country.
    RecipientMoved = "recipient-moved", Yes, [
        "{about} is now in {now}, no longer in {was}.",
        "{about} se trouve désormais en {now}, et non plus en {was}.",
        "{about} sitzt künftig in {now}, nicht mehr in {was}.",
        "{about} 所在国家由 {was} 改为 {now}。",
    ];
    /// A recipient is something else to us.
    RecipientKind = "recipient-kind", Yes, [
        "{about} is now a {now}, no longer a {was}.",
        "{about} est désormais : {now} (jusqu’ici : {was}).",
        "{about} ist künftig: {now} (bisher: {was}).",
        "{about} 的性质由“{was}”改为“{now}”。",
    ];
    /// Information may cross a border.
    RouteOpen = "route-open", Yes, [
        "Information may newly go from {was} to {now}, under {about}.",
        "Des informations peuvent désormais aller de {was} vers {now}, sous : {about}.",
        "Angaben dürfen nun von {was} nach {now} gehen, gestützt auf: {about}.",
        "信息今后可由 {was} 传往 {now}，依据：{about}。",
    ];
    /// Information may no longer cross a border.
    RouteShut = "route-shut", Yes, [
        "Information may no longer go from {was} to {now}.",
        "Aucune information ne peut plus aller de {was} vers {now}.",
        "Angaben dürfen nicht mehr von {was} nach {now} gehen.",
        "信息不再可由 {was} 传往 {now}。",
    ];
    /// A border is crossed on other terms.
    RouteOther = "route-other", Yes, [
        "What goes from {was} to {now} goes under other terms: {about}.",
        "Ce qui va de {was} vers {now} repose sur d’autres garanties : {about}.",
        "Was von {was} nach {now} geht, stützt sich auf anderes: {about}.",
        "由 {was} 传往 {now} 的信息改依：{about}。",
    ];
    /// An instrument is another, or holds for another time.
    Instrument = "instrument", Yes, [
        "{about} now holds until {now}, no longer until {was}.",
        "{about} vaut désormais jusqu’au {now} (jusqu’ici : {was}).",
        "{about} gilt künftig bis {now} (bisher: {was}).",
        "{about} 的有效期由“{was}”改为“{now}”。",
    ];
    /// Information moves freely among other countries.
    Free = "free", Yes, [
        "Within {about}, information now moves freely among {now}; until now: {was}.",
        "Au sein de « {about} », les informations circulent désormais librement entre : {now} ; jusqu’ici : {was}.",
        "Innerhalb von „{about}“ fließen Angaben künftig frei zwischen: {now}; bisher: {was}.",
        "在“{about}”内，信息可自由流动的国家由“{was}”改为“{now}”。",
    ];
    /// Something is kept longer.
    KeptLonger = "kept-longer", Yes, [
        "We keep {data}, held for {for}, longer: {now}, no longer {was}.",
        "Nous conservons plus longtemps : {data}, pour {for} : {now}, et non plus {was}.",
        "Wir bewahren länger auf: {data}, für {for}: {now} statt {was}.",
        "{data}（目的：{for}）保存更久：由“{was}”改为“{now}”。",
    ];
    /// Something is kept shorter.
    KeptShorter = "kept-shorter", Yes, [
        "We keep {data}, held for {for}, for less time: {now}, no longer {was}.",
        "Nous conservons moins longtemps : {data}, pour {for} : {now}, et non plus {was}.",
        "Wir bewahren kürzer auf: {data}, für {for}: {now} statt {was}.",
        "{data}（目的：{for}）保存更短：由“{was}”改为“{now}”。",
    ];
    /// Something is kept by another reckoning.
    KeptElse = "kept-else", Yes, [
        "How long we keep {data}, held for {for}, is counted otherwise: {now}; until now: {was}.",
        "La durée de conservation de {data}, pour {for}, se compte autrement : {now} ; jusqu’ici : {was}.",
        "Wie lange wir {data} für {for} aufbewahren, zählt anders: {now}; bisher: {was}.",
        "{data}（目的：{for}）的保存期限计算方式由“{was}”改为“{now}”。",
    ];
    /// Something is newly kept.
    KeptNew = "kept-new", Yes, [
        "We newly keep {data}, held for {for}: {now}.",
        "Nous conservons désormais : {data}, pour {for} : {now}.",
        "Wir bewahren neu auf: {data}, für {for}: {now}.",
        "新增保存：{data}（目的：{for}），{now}。",
    ];
    /// Something is no longer kept.
    KeptNot = "kept-not", Yes, [
        "We no longer keep {data} for {for}; until now: {was}.",
        "Nous ne conservons plus : {data}, pour {for} ; jusqu’ici : {was}.",
        "Wir bewahren nicht mehr auf: {data}, für {for}; bisher: {was}.",
        "不再保存：{data}（目的：{for}）；此前为“{was}”。",
    ];
    /// Something else happens at the end.
    AtTheEnd = "at-the-end", Yes, [
        "At the end of its time, {data} is {now}, no longer {was}.",
        "À son terme : {data} : {now} (jusqu’ici : {was}).",
        "Am Ende der Frist: {data}: {now} (bisher: {was}).",
        "期满后，{data} 由“{was}”改为“{now}”。",
    ];
    /// A role may keep something beyond its day for a legal claim.
    HoldMore = "hold-more", Yes, [
        "{about} may newly keep {data} beyond its day because of a legal claim.",
        "{about} : peut désormais garder {data} au-delà du terme pour un litige.",
        "{about}: darf nun {data} wegen eines Rechtsstreits über die Frist hinaus zurückhalten.",
        "{about} 今后可因法律纠纷在期满后继续保留：{data}。",
    ];
    /// A role may no longer keep something beyond its day.
    HoldLess = "hold-less", Yes, [
        "{about} may no longer keep {data} beyond its day because of a legal claim.",
        "{about} : ne peut plus garder {data} au-delà du terme pour un litige.",
        "{about}: darf {data} nicht mehr wegen eines Rechtsstreits über die Frist hinaus zurückhalten.",
        "{about} 不再可因法律纠纷在期满后继续保留：{data}。",
    ];
    /// Something stays although the person is erased, since a law obliges to it.
    StaysErased = "stays-erased", Yes, [
        "{data} now stays for its time even where you have everything deleted, since a law obliges us to: {now}.",
        "Même si vous faites tout effacer, reste désormais jusqu’à son terme : {data} ; une loi nous y oblige : {now}.",
        "Auch wenn Sie alles löschen lassen, bleibt nun bis zum Ende seiner Frist: {data}; ein Gesetz verpflichtet uns dazu: {now}.",
        "即使您要求删除一切，以下信息今后仍依法保存至期满：{data}（依据：{now}）。",
    ];
    /// Something goes with the person who is erased, although it stayed until now.
    GoesErased = "goes-erased", Yes, [
        "{data} now goes when you have everything deleted; until now it stayed for its time, because of {was}.",
        "Si vous faites tout effacer, disparaît désormais aussi : {data} ; jusqu’ici, cela restait jusqu’à son terme : {was}.",
        "Lassen Sie alles löschen, geht nun auch: {data}; bisher blieb es bis zum Ende seiner Frist: {was}.",
        "您要求删除一切时，以下信息今后也一并删除：{data}；此前依据 {was} 保存至期满。",
    ];
    /// A right is granted.
    RightNew = "right-new", Yes, [
        "You have a new right: {about}. We answer within {now}.",
        "Vous avez un nouveau droit : {about}. Réponse sous {now}.",
        "Sie haben ein neues Recht: {about}. Antwort binnen {now}.",
        "您新增一项权利：{about}；答复期限：{now}。",
    ];
    /// A right is no longer granted.
    RightGone = "right-gone", Yes, [
        "You no longer have this right: {about}.",
        "Vous n’avez plus ce droit : {about}.",
        "Dieses Recht entfällt: {about}.",
        "您不再享有此权利：{about}。",
    ];
    /// A right is answered sooner.
    AnsweredSooner = "answered-sooner", Yes, [
        "{about}: we answer sooner, within {now} rather than {was}.",
        "{about} : nous répondons plus vite, sous {now} au lieu de {was}.",
        "{about}: wir antworten früher, binnen {now} statt {was}.",
        "{about}：答复更快，由 {was} 改为 {now}。",
    ];
    /// A right is answered later.
    AnsweredLater = "answered-later", Yes, [
        "{about}: we answer later, within {now} rather than {was}.",
        "{about} : nous répondons plus tard, sous {now} au lieu de {was}.",
        "{about}: wir antworten später, binnen {now} statt {was}.",
        "{about}：答复更慢，由 {was} 改为 {now}。",
    ];
    /// An answer may be put off by another time.
    Extension = "extension", Yes, [
        "{about}: the answer may be put off by {now}; until now by {was}.",
        "{about} : la réponse peut être différée de {now} ; jusqu’ici : {was}.",
        "{about}: die Antwort darf sich um {now} verzögern; bisher: {was}.",
        "{about}：可延期由“{was}”改为“{now}”。",
    ];
    /// A request costs something else.
    Fee = "fee", Yes, [
        "{about}: the charge is now {now}; until now {was}.",
        "{about} : frais désormais : {now} ; jusqu’ici : {was}.",
        "{about}: die Gebühr ist künftig {now}; bisher {was}.",
        "{about}：费用由“{was}”改为“{now}”。",
    ];
    /// Identity is checked otherwise.
    Identity = "identity", Yes, [
        "{about}: we make sure who you are by {now}; until now by {was}.",
        "{about} : votre identité est vérifiée ainsi : {now} ; jusqu’ici : {was}.",
        "{about}: wer Sie sind, prüfen wir durch {now}; bisher: {was}.",
        "{about}：身份核验方式由“{was}”改为“{now}”。",
    ];
    /// A right covers more purposes.
    CoversMore = "covers-more", Yes, [
        "{about}: this now covers {for} too.",
        "{about} : vaut désormais aussi pour {for}.",
        "{about}: gilt künftig auch für {for}.",
        "{about}：今后也适用于 {for}。",
    ];
    /// A right covers fewer purposes.
    CoversLess = "covers-less", Yes, [
        "{about}: this no longer covers {for}.",
        "{about} : ne vaut plus pour {for}.",
        "{about}: gilt nicht mehr für {for}.",
        "{about}：不再适用于 {for}。",
    ];
    /// A right takes effect at once.
    AtOnce = "at-once", Yes, [
        "{about}: this now takes effect at once.",
        "{about} : prend désormais effet aussitôt.",
        "{about}: wirkt künftig sofort.",
        "{about}：今后立即生效。",
    ];
    /// A right no longer takes effect at once.
    NotAtOnce = "not-at-once", Yes, [
        "{about}: this no longer takes effect at once.",
        "{about} : ne prend plus effet aussitôt.",
        "{about}: wirkt nicht mehr sofort.",
        "{about}：不再立即生效。",
    ];
    /// Something sensitive is newly refused.
    SensitiveRefused = "sensitive-refused", Yes, [
        "We newly keep out what tells of {about} in {through}.",
        "Nous écartons désormais ce qui révèle : {about} ({through}).",
        "Wir halten neu fern, was Aufschluss gibt über: {about} ({through}).",
        "今后不接收涉及以下内容的信息：{about}（{through}）。",
    ];
    /// Something sensitive is no longer refused.
    SensitiveTaken = "sensitive-taken", Yes, [
        "We no longer keep out what tells of {about} in {through}.",
        "Nous n’écartons plus ce qui révèle : {about} ({through}).",
        "Wir halten nicht mehr fern, was Aufschluss gibt über: {about} ({through}).",
        "不再拒收涉及以下内容的信息：{about}（{through}）。",
    ];
    /// Something else is done with what is sensitive.
    SensitiveElse = "sensitive-else", Yes, [
        "What tells of {about} in {through} is now {now}, no longer {was}.",
        "Ce qui révèle {about} ({through}) est désormais : {now} (jusqu’ici : {was}).",
        "Was Aufschluss gibt über {about} ({through}), wird künftig {now} (bisher: {was}).",
        "涉及 {about} 的信息（{through}）由“{was}”改为“{now}”。",
    ];
    /// Something else is done with files that cannot be read.
    Unread = "unread", Yes, [
        "Files that we cannot read are now {now}, no longer {was}.",
        "Les fichiers que nous ne pouvons pas lire sont désormais : {now} (jusqu’ici : {was}).",
        "Dateien, die wir nicht lesen können, werden künftig {now} (bisher: {was}).",
        "我们无法读取的文件由“{was}”改为“{now}”。",
    ];
    /// The age below which nothing is taken changes.
    Age = "age", Yes, [
        "We take nothing about people under the age of {now}; until now: {was}.",
        "Nous ne recueillons rien sur les moins de {now} ans ; jusqu’ici : {was}.",
        "Wir erheben nichts über Menschen unter {now} Jahren; bisher: {was}.",
        "不收集 {now} 岁以下人士的信息；此前为 {was}。",
    ];
    /// A parent may agree for somebody under age, or in other ways.
    ParentAgrees = "parent-agrees", Yes, [
        "A parent may now agree for somebody under age, shown by {now}; until now: {was}.",
        "Un parent peut désormais consentir pour un mineur, justifié par : {now} (jusqu’ici : {was}).",
        "Für Kinder können Eltern künftig einwilligen, nachgewiesen durch: {now} (bisher: {was}).",
        "父母可代未成年人同意，核实方式由“{was}”改为“{now}”。",
    ];
    /// A report about a child is decided within another time.
    ReportWithin = "report-within", Against, [
        "A report about a child is now decided within {now}; until now: {was}.",
        "Un signalement concernant un enfant est désormais tranché dans un délai de : {now} (jusqu’ici : {was}).",
        "Über die Meldung eines Kindes wird künftig entschieden binnen: {now} (bisher: {was}).",
        "关于未成年人的报告，处理期限由“{was}”改为“{now}”。",
    ];
    /// Others decide a report about a child.
    ReportBy = "report-by", No, [
        "A report about a child is now decided by {now}, no longer by {was}.",
        "Un signalement concernant un enfant est désormais tranché par : {now} (jusqu’ici : {was}).",
        "Über die Meldung eines Kindes entscheidet künftig: {now} (bisher: {was}).",
        "关于未成年人的报告，决定者由“{was}”改为“{now}”。",
    ];
    /// Something else happens to a report about a child that nobody decides.
    ReportUndecided = "report-undecided", Against, [
        "Where nobody decides a report about a child in time, what we hold is now {now}, no longer {was}.",
        "Si un signalement concernant un enfant n’est pas tranché à temps, ce que nous détenons est désormais : {now} (jusqu’ici : {was}).",
        "Entscheidet niemand rechtzeitig über die Meldung eines Kindes, wird das Gespeicherte künftig: {now} (bisher: {was}).",
        "关于未成年人的报告逾期未决时，所持信息的处理由“{was}”改为“{now}”。",
    ];
    /// A role sees more.
    SeesMore = "sees-more", Against, [
        "{about} now sees {data} {now}, for {for}.",
        "Voit désormais {data} ({now}), pour {for} : {about}.",
        "{data} ({now}) sieht künftig für {for}: {about}.",
        "{about} 今后可查看 {data}（{now}；目的：{for}）。",
    ];
    /// A role sees less.
    SeesLess = "sees-less", Against, [
        "{about} sees less of {data} for {for}.",
        "Voit moins de {data}, pour {for} : {about}.",
        "Weniger von {data} sieht für {for}: {about}.",
        "{about} 可查看的 {data} 减少（目的：{for}）。",
    ];
    /// A role administers, or no longer does.
    Administers = "administers", Against, [
        "{about}: what this role may do in running the system changes.",
        "{about} : les pouvoirs d’administration de ce rôle changent.",
        "{about}: die Verwaltungsrechte dieser Rolle ändern sich.",
        "{about}：该角色的管理权限有变。",
    ];
    /// A promise is new.
    PromiseNew = "promise-new", Against, [
        "There is a new promise: “{about}”",
        "Une promesse nouvelle : « {about} »",
        "Eine neue Zusage: „{about}“",
        "新增承诺：“{about}”",
    ];
    /// A promise is gone.
    PromiseGone = "promise-gone", Against, [
        "A promise is gone: “{about}”",
        "Une promesse disparaît : « {about} »",
        "Eine Zusage entfällt: „{about}“",
        "取消承诺：“{about}”",
    ];
    /// A promise changes.
    PromiseElse = "promise-else", Against, [
        "A promise changes. It is now: “{about}”",
        "Une promesse change. Elle devient : « {about} »",
        "Eine Zusage ändert sich. Sie lautet nun: „{about}“",
        "承诺有变，现为：“{about}”",
    ];
    /// A word means something else.
    Word = "word", No, [
        "A word changes its particulars: {about}.",
        "Les détails d’un mot changent : {about}.",
        "Ein Wort ändert seine Einzelheiten: {about}.",
        "词语的定义细节有变：{about}。",
    ];
    /// A clause has another name.
    Renamed = "renamed", No, [
        "The rule {was} is now called {now}.",
        "La règle {was} s’appelle désormais {now}.",
        "Die Regel {was} heißt künftig {now}.",
        "规则 {was} 更名为 {now}。",
    ];
    /// Rules are arranged otherwise.
    Rearranged = "rearranged", No, [
        "Rules are arranged otherwise: {now} in the place of {was}.",
        "Des règles sont agencées autrement : {now} à la place de {was}.",
        "Regeln sind anders angeordnet: {now} anstelle von {was}.",
        "规则的编排有变：{now} 取代 {was}。",
    ];
}
