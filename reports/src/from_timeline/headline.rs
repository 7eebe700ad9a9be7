//! The words of the headline: the consequence for the update, and the cause.

use timeline::{Event, Kind, PhaseName};

use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::{Culprit, CulpritKind, Ending, Incident, Phase, Text, Trust};
use crate::view;

/// The headline of a failed update; empty if nothing failed.
pub(super) fn sentence(incident: &Incident, cause: Option<Text>) -> Text {
    let because = incident.culprits.first().and_then(culprit);
    let cause = match (cause, because) {
        (Some(cause), Some(because)) => join(m::HEAD_BECAUSE, &[&cause, &because]),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) if incident.update.is_none() && incident.ending.is_none() => return Text::default(),
        (None, None) => m::HEAD_UNEXPLAINED.text(&[]),
    };
    let evidence = incident.ending_evidence.as_ref();
    let inferred = evidence.is_some_and(|evidence| evidence.trust == Some(Trust::Inferred));
    let consequence = match incident.ending {
        Some(Ending::RolledBack) if inferred => m::HEAD_SEEMS_ROLLED_BACK,
        Some(Ending::RolledBack) => m::HEAD_ROLLED_BACK,
        Some(Ending::NotInstalled) => m::HEAD_NOT_INSTALLED,
        Some(Ending::NotRemoved) => return join(m::HEAD_NOT_REMOVED, &[&cause]),
        Some(Ending::Pending) => m::HEAD_PENDING,
        Some(Ending::Other(_)) | None => m::HEAD_FAILED,
    };
    let [en, zh] = Lang::ALL.map(|lang| view::short_components(cause.get(lang)));
    let sentence = join(consequence, &[&view::update_name(incident.update.as_ref()), &Text::new(en, zh)]);
    if incident.update.is_some() {
        return sentence;
    }
    // An update without a name is a Chinese word, and no space stands between two of those.
    Text::new(sentence.get(Lang::En), sentence.get(Lang::Zh).replacen("更新 ", "更新", 1))
}

/// The headline of a failure that is not an update's: the cause as a sentence.
pub(super) fn alone(cause: &Text) -> Text {
    let [en, zh] = Lang::ALL.map(|lang| {
        let mut rest = cause.get(lang).chars();
        rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
    });
    Text::new(en, zh)
}

/// Fills a message with texts of both languages.
fn join(message: Message, values: &[&Text]) -> Text {
    let [en, zh] = Lang::ALL.map(|lang| {
        let values: Vec<&str> = values.iter().map(|value| value.get(lang)).collect();
        message.fill(lang, &values)
    });
    Text::new(en, zh)
}

/// What stood in the way, as a clause.
pub(super) fn culprit(culprit: &Culprit) -> Option<Text> {
    let name = culprit.name.as_str();
    Some(match culprit.kind.as_ref()? {
        CulpritKind::ServiceDisabled => m::CULPRIT_DISABLED.text(&[name]),
        CulpritKind::LibraryInside => m::CULPRIT_INSIDE.text(&[view::file_name(name), &culprit.process]),
        CulpritKind::FileHolder => m::CULPRIT_HOLDER.text(&[name]),
        CulpritKind::ServiceNoAnswer => m::CULPRIT_NO_ANSWER.text(&[name]),
        CulpritKind::Other(_) => return None,
    })
}

/// What an operation that failed could not do.
pub(super) fn operation(process: &str, event: &Event) -> Text {
    use status_codes::status;
    let (verb, object) = (verb(event.kind), object(event));
    let result = status_codes::ProcmonResult(event.status).to_string();
    let message = match event.status {
        status::ACCESS_DENIED => m::HEAD_MAY_NOT,
        _ => m::HEAD_COULD_NOT,
    };
    let [en, zh] = Lang::ALL.map(|lang| {
        let result = view::result_and_status(&result, "", lang);
        message.fill(lang, &[process, verb.get(lang), object.get(lang), &result])
    });
    Text::new(en, zh)
}

/// The phase that failed, with the code that servicing reported.
pub(super) fn phase(phase: PhaseName, code: Option<u32>) -> Text {
    let name = view::phase_name(&Phase::from(phase.name()));
    let code = code.map(|code| {
        let code = status_codes::HResult(code);
        let symbol = code.name().or_else(|| code.win32()?.name()).unwrap_or_default();
        format!("0x{:08X} {symbol}", code.0).trim_end().to_owned()
    });
    match (phase, code) {
        (PhaseName::Unknown, None) => m::HEAD_UNEXPLAINED.text(&[]),
        (PhaseName::Unknown, Some(code)) => m::HEAD_CODE.text(&[&code]),
        (_, None) => join(m::HEAD_PHASE, &[&name]),
        (_, Some(code)) => join(m::HEAD_PHASE_CODE, &[&name, &Text::plain(code)]),
    }
}

fn verb(kind: Kind) -> Message {
    match kind {
        Kind::FileOpen | Kind::FileCreate | Kind::KeyOpen => m::VERB_OPEN,
        Kind::FileRead | Kind::ValueQuery => m::VERB_READ,
        Kind::FileWrite => m::VERB_WRITE,
        Kind::FileRename | Kind::KeyRename => m::VERB_RENAME,
        Kind::FileLink => m::VERB_LINK,
        Kind::FileDelete | Kind::KeyDelete | Kind::ValueDelete => m::VERB_DELETE,
        Kind::FileSetInfo => m::VERB_CHANGE,
        Kind::FileSetSecurity | Kind::KeySetSecurity => m::VERB_SET_SECURITY,
        Kind::FileQuery | Kind::KeyQuery => m::VERB_QUERY,
        Kind::FileClose | Kind::KeyClose => m::VERB_CLOSE,
        Kind::KeyCreate => m::VERB_CREATE,
        Kind::KeyLoad | Kind::ImageLoad => m::VERB_LOAD,
        Kind::KeyUnload => m::VERB_UNLOAD,
        Kind::ValueSet => m::VERB_SET,
        Kind::ProcessCreate | Kind::ProcessStart => m::VERB_START,
        Kind::ProcessExit | Kind::Other => m::VERB_USE,
    }
}

/// The last part of the path; of the registry with the word for what it is.
fn object(event: &Event) -> Text {
    let name = view::file_name(event.path.trim_end_matches('\\'));
    let name = if name.is_empty() { event.path.as_str() } else { name };
    match event.kind {
        Kind::ValueQuery | Kind::ValueSet | Kind::ValueDelete => m::OBJECT_VALUE.text(&[name]),
        kind if kind.is_registry() => m::OBJECT_KEY.text(&[name]),
        _ => Text::plain(name),
    }
}
