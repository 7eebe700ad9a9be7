//! Which candidates can be named: those with a link to the failure and without an objection.

use timeline::{Kind, Role, Ticks};

use super::{
    after::After,
    features::{self, Context},
    link::{Link, Objection},
    outcomes,
};

/// The links of a candidate, the strongest first.
pub(super) fn links(context: &Context<'_>, after: &After, ended_with_it: bool, in_step: bool) -> Vec<Link> {
    let candidate = context.candidate;
    let report = candidate.report.as_ref().filter(|report| report.close);
    let named = report.is_some_and(|report| report.same_name);
    let coded = report.is_some_and(|report| report.code.is_some());
    let of_fault = report.is_some_and(|report| report.is_fault);
    let asked =
        candidate.reopened.is_some() && matches!(context.process.role, Role::Poqexec | Role::TiWorker);
    let found = [
        (Link::LogObjectAndCode, named && coded && of_fault),
        (Link::ExitStatus, ended_with_it),
        (Link::LogObject, named && !(coded && of_fault)),
        (Link::AskedHolder, asked && candidate.holder.is_none_or(|holder| holder.explains)),
        (Link::LogCode, coded && !named && context.stance.can_be_meant),
        (Link::LogStep, in_step && features::is_hard(candidate.event.status)),
        (Link::WorkStopped, (after.stops() || ended_soon(context, after)) && is_work_of(context)),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(link, _)| link).collect()
}

/// Whether the end of a thread's work says that servicing's work ended there. An answer that the caller did not get
/// stops no work. A program that ended with a code of another error was stopped by that.
fn is_work_of(context: &Context<'_>) -> bool {
    let (process, event) = (context.process, &context.candidate.event);
    let asks = matches!(event.kind, Kind::FileQuery | Kind::KeyQuery);
    process.role.works_alone()
        && (!asks || features::is_hard(event.status))
        && !features::ended_with_another(process, event.status)
}

/// Whether a program that servicing started ended with an error code right after.
fn ended_soon(context: &Context<'_>, after: &After) -> bool {
    let (process, event) = (context.process, &context.candidate.event);
    process.role == Role::ServicingChild
        && process.exit_status.is_some_and(outcomes::is_failure)
        && process.end.is_some_and(|end| end.since(event.end()) <= SOON)
        && after.winds_up(false)
        && after.is_single()
}

/// A program that an error stops ends within this time.
const SOON: Ticks = Ticks::seconds(1);

/// What the rest of the case says of a candidate.
pub(super) struct Around {
    /// It lies after the first sign.
    pub(super) after_sign: bool,
    /// Its thread was reporting already.
    pub(super) reporting: bool,
    /// Other objects of its kind with the same result, before the sign.
    pub(super) alike: usize,
    /// Its thread met it at that object before, and went on.
    pub(super) met_before: bool,
    /// Healthy machines meet its result, and servicing goes on there.
    pub(super) norm: bool,
    /// A log says that the failure of its step was ignored.
    pub(super) ignored: bool,
    /// It lies outside of the step that a log says failed.
    pub(super) outside: bool,
    /// A log says that a function failed which makes no such operation.
    pub(super) other_call: bool,
    /// The trace covers the failure that a log reports.
    pub(super) covered: bool,
}

/// Other objects of a kind on which a result is a habit.
const HABIT: usize = 1;

/// What speaks against naming a candidate.
pub(super) fn objections(
    context: &Context<'_>,
    after: &After,
    links: &[Link],
    around: &Around,
) -> Vec<Objection> {
    let later_success = context.candidate.later_success;
    let linked = links.contains(&Link::LogObjectAndCode);
    let told = linked && context.candidate.report.as_ref().is_some_and(|report| report.exact);
    let named = linked || links.contains(&Link::LogObject);
    // Whatever the trace lacks, the log says what failed.
    let said = named
        && context.candidate.report.as_ref().is_some_and(|report| report.exact && report.code.is_some());
    let of_entry = context.candidate.report.as_ref().is_some_and(|report| report.of_entry);
    // A program that failed writes to its own log before it ends.
    let process = context.process;
    let failed = links.contains(&Link::LogStep) || process.exit_status.is_some_and(outcomes::is_failure);
    let is_told = named || links.contains(&Link::LogStep) || links.contains(&Link::ExitStatus);
    let wound_up = process.role == Role::ServicingChild && failed && after.winds_up(is_told);
    // smss moves all files of its list, whatever becomes of one.
    let moves_on = named && process.role == Role::SessionManager;
    let found = [
        (Objection::AfterSign, (around.after_sign || around.reporting) && !told),
        (Objection::MadeUpFor, later_success.is_some()),
        (Objection::MadeDo, context.candidate.lesser.is_some() && (!told || of_entry)),
        (Objection::CarriedOn, (after.carried_on() && !wound_up && !moves_on || after.began_next) && !told),
        (Objection::Habit, (around.alike >= HABIT || around.met_before) && !told),
        (Objection::Norm, around.norm && !told),
        (Objection::Ignored, around.ignored),
        (Objection::OtherThread, (after.other_thread || after.ended_before) && !named),
        (Objection::Contradicted, context.stance.contradicted),
        (Objection::OtherCall, around.other_call),
        (Objection::Elsewhere, (context.stance.elsewhere || around.outside) && !told),
        (Objection::NotCovered, !around.covered && !said),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(objection, _)| objection).collect()
}
