//! All facts about a code, in every way it can be read.

use crate::evidence::{Evidence, MAPPED_BY_RULE, NOT_IN_TABLES, RPC_LOW_WORD};
use crate::parse::{Candidate, ExplainError, candidates};
use crate::said::Said;
use crate::space::Space;
use crate::tables::{HRESULT_NAMES, NTSTATUS_NAMES, Name, WIN32_NAMES, Words, words};
use crate::{HResult, NtStatus, ProcmonResult, Severity, Win32Error, Win32Mapping};

/// An input and every way to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The input, as given.
    pub input: String,
    /// The readings, the likeliest first; at least one.
    pub readings: Vec<Reading>,
}

/// One way to read an input: a code, its names, its forms in the other spaces and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What the code is read as.
    pub space: Space,
    /// The code.
    pub code: u32,
    /// Its names in this space. The first is the one to print. Empty if it has none.
    pub names: Vec<&'static str>,
    /// How the name is known. [`Verified::No`](crate::Verified::No) if there is none and the code is not made of a
    /// named one.
    pub evidence: Evidence,
    /// How the input came to mean this code, if that is not plain: `short for …`, `a result of Process Monitor`.
    pub how: Option<Said<String>>,
    /// Severity, of an NTSTATUS or an HRESULT (which knows success and error only).
    pub severity: Option<Severity>,
    /// Facility number and name, of an NTSTATUS or an HRESULT that holds no NTSTATUS.
    pub facility: Option<(u16, Option<&'static str>)>,
    /// As HRESULT: the code itself, or the HRESULTs made of it.
    pub hresults: Vec<HResultForm>,
    /// As Win32 code, in current Windows first.
    pub win32: Vec<Win32Form>,
    /// As NTSTATUS: the code itself, or every status that Windows turns into it. Statuses with a name of the same
    /// stem come first. Those that Process Monitor has a text for come next, those seen in its exports before the
    /// others. Then they are sorted by number.
    pub ntstatuses: Vec<NtStatusForm>,
    /// What it means.
    pub meaning: Option<Said>,
    /// What is known about it in Windows servicing.
    pub servicing: Option<Said>,
}

/// A code as HRESULT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HResultForm {
    /// The HRESULT.
    pub code: HResult,
    /// Its own names, the one to print first.
    pub names: Vec<&'static str>,
    /// How it is written if it is made of another code: `HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED)`.
    pub spelled: Option<String>,
}

/// A code as Win32 error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Win32Form {
    /// The error.
    pub code: Win32Error,
    /// Its names, the one to print first.
    pub names: Vec<&'static str>,
    /// Whether only older Windows makes it of the status.
    pub older_windows: bool,
    /// How the conversion is known.
    pub evidence: Evidence,
}

/// A code as NTSTATUS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NtStatusForm {
    /// The status.
    pub code: NtStatus,
    /// Its name.
    pub name: Option<&'static str>,
    /// As Process Monitor prints it.
    pub procmon: ProcmonResult,
    /// Whether only older Windows turns it into the Win32 code.
    pub older_windows: bool,
    /// How the conversion is known.
    pub evidence: Evidence,
}

/// Explains a number, a name or a text of Process Monitor.
///
/// Numbers: `0x80071ab1`, `80071ab1` (eight digits are hexadecimal, as CBS prints them), `1ab1`, `5` and `2147942405`
/// (decimal), `-2147023143` (signed decimal), `%%5` (as event logs write Win32 errors). Names: `ERROR_ACCESS_DENIED`,
/// `STATUS_…`, `CBS_E_…`, `HRESULT_FROM_WIN32(1753)`, ignoring case and also without their first word. Texts: `ACCESS
/// DENIED`. Otherwise the input may be a piece of a log line. Then the first code marked as one counts.
///
/// # Errors
/// [`ExplainError`] if the input is empty, too large a number, or not known.
pub fn explain(input: &str) -> Result<Explanation, ExplainError> {
    let readings = candidates(input)?.into_iter().map(reading).collect();
    Ok(Explanation { input: input.trim().to_owned(), readings })
}

fn reading((space, code, how): Candidate) -> Reading {
    let (rows, mut forms) = match space {
        Space::NtStatus => (NTSTATUS_NAMES.of(code), of_ntstatus(NtStatus(code))),
        Space::Win32 => (WIN32_NAMES.of(code), of_win32(Win32Error(code))),
        Space::HResult => (HRESULT_NAMES.of(code), of_hresult(HResult(code))),
    };
    let made_of_named = forms.win32.iter().any(|form| !form.names.is_empty())
        || forms.ntstatuses.iter().any(|form| form.name.is_some());
    let evidence = match rows.first() {
        Some(row) => *row.evidence,
        None if space == Space::HResult && made_of_named && HResult(code).spelled().is_some() => {
            MAPPED_BY_RULE
        }
        None => NOT_IN_TABLES,
    };
    let (severity, facility) = match space {
        Space::NtStatus => {
            let status = NtStatus(code);
            (Some(status.severity()), Some((status.facility(), status.facility_name())))
        }
        Space::Win32 => (None, None),
        Space::HResult => {
            let result = HResult(code);
            let severity = if result.is_failure() { Severity::Error } else { Severity::Success };
            let facility = result.ntstatus().is_none().then(|| (result.facility(), result.facility_name()));
            (Some(severity), facility)
        }
    };
    let (meaning, servicing) = meaning(space, code, &forms);
    likeliest_first(&mut forms);
    Reading {
        space,
        code,
        names: names(rows),
        evidence,
        how,
        severity,
        facility,
        hresults: forms.hresults,
        win32: forms.win32,
        ntstatuses: forms.ntstatuses,
        meaning,
        servicing,
    }
}

#[derive(Default)]
struct Forms {
    hresults: Vec<HResultForm>,
    win32: Vec<Win32Form>,
    ntstatuses: Vec<NtStatusForm>,
}

fn names(rows: &[Name]) -> Vec<&'static str> {
    rows.iter().map(|row| row.name).collect()
}

fn hresult_form(code: HResult) -> HResultForm {
    HResultForm { code, names: code.names().collect(), spelled: code.spelled() }
}

fn win32_form(code: Win32Error, older_windows: bool, evidence: Evidence) -> Win32Form {
    Win32Form { code, names: code.names().collect(), older_windows, evidence }
}

fn ntstatus_form(code: NtStatus, older_windows: bool, evidence: Evidence) -> NtStatusForm {
    // SSPI returns its SEC_E HRESULTs as statuses too.
    let name = code.name().or_else(|| HResult(code.0).name());
    NtStatusForm { code, name, procmon: ProcmonResult(code.0), older_windows, evidence }
}

fn of_ntstatus(status: NtStatus) -> Forms {
    let mut forms =
        Forms { ntstatuses: vec![ntstatus_form(status, false, MAPPED_BY_RULE)], ..Forms::default() };
    if let Some(Win32Mapping { win32, older, evidence, .. }) = status.to_win32() {
        forms.win32.push(win32_form(win32, false, evidence));
        forms.win32.extend(older.map(|code| win32_form(code, true, evidence)));
    }
    forms.hresults.extend(forms.win32.iter().map(|form| hresult_form(form.code.to_hresult())));
    if status.0 != 0 {
        forms.hresults.push(hresult_form(status.to_hresult()));
    }
    forms
}

fn of_win32(code: Win32Error) -> Forms {
    let older = |pair: &Win32Mapping| pair.win32 != code;
    let statuses = code.ntstatuses().map(|pair| ntstatus_form(pair.ntstatus, older(&pair), pair.evidence));
    Forms {
        hresults: vec![hresult_form(code.to_hresult())],
        win32: vec![win32_form(code, false, MAPPED_BY_RULE)],
        ntstatuses: statuses.collect(),
    }
}

fn of_hresult(code: HResult) -> Forms {
    if let Some(status) = code.ntstatus() {
        let mut forms = of_ntstatus(status);
        forms.hresults.retain(|form| form.code != code);
        forms.hresults.insert(0, hresult_form(code));
        return forms;
    }
    match code.win32() {
        Some(win32) => of_win32(win32),
        None => {
            let rpc = rpc_error(code).map(|error| win32_form(error, false, RPC_LOW_WORD));
            Forms { hresults: vec![hresult_form(code)], win32: rpc.into_iter().collect(), ..Forms::default() }
        }
    }
}

/// The RPC error in the low word of an HRESULT of facility RPC without a name of its own. For example, advanced
/// installers log 0x800106D9. It contains 1753, EPT_S_NOT_REGISTERED.
fn rpc_error(code: HResult) -> Option<Win32Error> {
    const FACILITY_RPC: u16 = 1;
    let error = Win32Error(u32::from(code.code()));
    let named = error.name().is_some_and(|name| name.starts_with("RPC_") || name.starts_with("EPT_"));
    (named && code.is_failure() && code.facility() == FACILITY_RPC && code.name().is_none()).then_some(error)
}

fn likeliest_first(forms: &mut Forms) {
    let stems: Vec<&str> =
        forms.win32.iter().flat_map(|form| &form.names).copied().filter_map(stem).collect();
    forms.ntstatuses.sort_by_key(|form| {
        let twin = form.name.and_then(stem).is_some_and(|stem| stems.contains(&stem));
        let unlisted = crate::procmon_result_text(form.code.0).is_none();
        (!twin, form.older_windows, unlisted, form.procmon.evidence().verified, form.code)
    });
}

/// A name without its first word: STATUS_LOG_FULL and ERROR_LOG_FULL are about the same thing.
fn stem(name: &'static str) -> Option<&'static str> {
    name.split_once('_').map(|(_, stem)| stem)
}

/// The words for a code: its own row, or that of the code it is made of. Else the row of the one code that is the
/// same thing in another space. If many statuses map to one Win32 code, none of them gives its words.
fn meaning(space: Space, code: u32, forms: &Forms) -> (Option<Said>, Option<Said>) {
    let own = match space {
        Space::NtStatus => words(Words::Nt, code),
        Space::Win32 => words(Words::Win32, code),
        Space::HResult => words(Words::Hresult, code),
    };
    let win32 = || match forms.win32.as_slice() {
        [one] if space == Space::HResult || same_thing(one, &forms.ntstatuses) => {
            words(Words::Win32, one.code.0)
        }
        _ => None,
    };
    let ntstatus = || match (forms.win32.as_slice(), forms.ntstatuses.as_slice()) {
        ([win32], _) => {
            let twin = forms.ntstatuses.iter().find(|form| same_thing(win32, std::slice::from_ref(*form)));
            twin.and_then(|twin| words(Words::Nt, twin.code.0))
        }
        (_, [status]) => words(Words::Nt, status.code.0),
        _ => None,
    };
    let of_itself = own.or_else(win32);
    let of_status = ntstatus();
    let meaning = of_itself.or(of_status).map(|row| row.0);
    let servicing = of_itself.and_then(|row| row.1).or(of_status.and_then(|row| row.1));
    (meaning, servicing)
}

fn same_thing(win32: &Win32Form, statuses: &[NtStatusForm]) -> bool {
    statuses.len() == 1
        && statuses
            .iter()
            .filter_map(|form| form.name)
            .filter_map(stem)
            .any(|status| win32.names.iter().copied().filter_map(stem).any(|name| name == status))
}
