//! Turns the tables in `data/` into sorted static arrays. So nothing is parsed or allocated at run time.
#![expect(clippy::expect_used, clippy::panic, reason = "a build script fails by panicking")]

use std::fmt::{Debug, Write as _};
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=build.rs");
    let mut out = String::new();
    names(&mut out, "NTSTATUS", &read("ntstatus.tsv"), &[]);
    names(&mut out, "WIN32", &read("win32.tsv"), &[]);
    names(&mut out, "HRESULT", &read("hresult.tsv"), &read("servicing-stack.tsv"));
    mapping(&mut out, &read("mapping.tsv"));
    procmon(&mut out, &read("procmon.tsv"));
    meanings(&mut out, &read("meanings.tsv"));
    facilities(&mut out, &read("facility.tsv"));
    messages(&mut out, &read("messages-en.tsv"), &read("messages-zh.tsv"));
    let dir = env::var_os("OUT_DIR").expect("OUT_DIR is set by cargo");
    fs::write(Path::new(&dir).join("tables.rs"), out).expect("OUT_DIR can be written");
}

/// The rows of a table of `N` columns, without its comments, each split at its tabs.
fn read<const N: usize>(file: &str) -> Vec<[String; N]> {
    let path = Path::new("data").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let cells = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    rows.map(|line| cells(line).try_into().unwrap_or_else(|row| panic!("{file}: {N} columns, not {row:?}")))
        .collect()
}

fn hex(cell: &str) -> u32 {
    let digits = cell.strip_prefix("0x").unwrap_or_else(|| panic!("{cell} is not hexadecimal"));
    u32::from_str_radix(digits, 16).unwrap_or_else(|error| panic!("{cell}: {error}"))
}

fn array(out: &mut String, name: &str, kind: &str, rows: &[impl Debug]) {
    writeln!(out, "pub(crate) static {name}: [{kind}; {}] = {rows:?};", rows.len()).expect("a String grows");
}

/// A row as the source of a value. It is for arrays whose rows are structs.
struct Source(String);

impl Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names sorted by code, and an index of them sorted by name. Several names of one code keep the order of the table.
fn names(out: &mut String, array_name: &str, metadata: &[[String; 2]], servicing_stack: &[[String; 3]]) {
    let mut rows: Vec<(u32, &str, &str)> = Vec::new();
    rows.extend(metadata.iter().map(|[code, name]| (hex(code), name.as_str(), "WINDOWS_METADATA")));
    rows.extend(servicing_stack.iter().map(|[code, name, found_in]| {
        let evidence = match found_in.as_str() {
            "both" => "SERVICING_STACK_BOTH",
            "newer" => "SERVICING_STACK_NEWER",
            "older" => "SERVICING_STACK_OLDER",
            other => panic!("servicing-stack.tsv: {other}"),
        };
        (hex(code), name.as_str(), evidence)
    }));
    rows.sort_by_key(|row| row.0);
    let mut by_name: Vec<(String, u16)> =
        rows.iter().map(|row| row.1.to_ascii_uppercase()).zip(0..).collect();
    assert!(u16::try_from(rows.len()).is_ok(), "few names");
    by_name.sort();
    let by_name: Vec<u16> = by_name.into_iter().map(|(_, at)| at).collect();
    let rows: Vec<Source> = rows
        .iter()
        .map(|(code, name, evidence)| {
            Source(format!("Name {{ code: {code:#x}, name: {name:?}, evidence: &{evidence} }}"))
        })
        .collect();
    array(out, array_name, "Name", &rows);
    array(out, &format!("{array_name}_BY_NAME"), "u16", &by_name);
}

/// Pairs sorted by NTSTATUS, and (Win32 code, index of the pair) sorted by Win32 code.
fn mapping(out: &mut String, table: &[[String; 5]]) {
    let mut by_win32: Vec<(u32, u16)> = Vec::new();
    let mut pairs: Vec<(u32, Source)> = Vec::new();
    for (at, [ntstatus, win32, older, _, source]) in table.iter().enumerate() {
        let at = u16::try_from(at).expect("few pairs");
        let win32: u32 = win32.parse().expect("a Win32 code");
        let older: Option<u32> = (!older.is_empty()).then(|| older.parse().expect("a Win32 code"));
        by_win32.extend([Some(win32), older].into_iter().flatten().map(|code| (code, at)));
        let evidence = match source.as_str() {
            "conformance" => "MAPPED_ON_WINDOWS",
            "name" => "MAPPED_BY_NAME",
            other => panic!("mapping.tsv: {other}"),
        };
        let ntstatus = hex(ntstatus);
        let pair = format!(
            "Pair {{ ntstatus: {ntstatus:#x}, win32: {win32}, older: {older:?}, evidence: &{evidence} }}"
        );
        pairs.push((ntstatus, Source(pair)));
    }
    assert!(pairs.is_sorted_by(|a, b| a.0 < b.0), "mapping.tsv is sorted by NTSTATUS");
    by_win32.sort_unstable();
    let pairs: Vec<Source> = pairs.into_iter().map(|pair| pair.1).collect();
    array(out, "PAIRS", "Pair", &pairs);
    array(out, "PAIRS_BY_WIN32", "(u32, u16)", &by_win32);
}

/// Texts sorted by NTSTATUS. One array has what the hot lookup needs. Another has the rest in the same order.
fn procmon(out: &mut String, table: &[[String; 5]]) {
    let texts: Vec<(u32, &str)> = table.iter().map(|[code, text, ..]| (hex(code), text.as_str())).collect();
    assert!(texts.is_sorted_by(|a, b| a.0 < b.0), "procmon.tsv is sorted by NTSTATUS");
    let notes: Vec<Source> = table
        .iter()
        .map(|[_, _, verified, other, other_table]| {
            let evidence = match verified.as_str() {
                "yes" => "PROCMON_EXPORT",
                "partial" => "PROCMON_READERS",
                unknown => panic!("procmon.tsv: {unknown}"),
            };
            let other: Option<(&str, &str)> = (!other.is_empty()).then_some((other, other_table));
            Source(format!("(&{evidence}, {other:?})"))
        })
        .collect();
    array(out, "PROCMON", "(u32, &str)", &texts);
    array(out, "PROCMON_NOTES", "(&Evidence, Option<(&str, &str)>)", &notes);
}

/// (space, code, meaning and its Chinese, in servicing and its Chinese) sorted by space and code.
fn meanings(out: &mut String, table: &[[String; 6]]) {
    let mut rows: Vec<(u8, u32, [&str; 4])> = table
        .iter()
        .map(|[space, code, meaning, in_servicing, meaning_zh, in_servicing_zh]| {
            let space = match space.as_str() {
                "nt" => 0,
                "win32" => 1,
                "hr" => 2,
                other => panic!("meanings.tsv: {other}"),
            };
            let both = in_servicing.is_empty() == in_servicing_zh.is_empty();
            assert!(both, "meanings.tsv: {code} in servicing in one language only");
            let texts = [meaning, meaning_zh, in_servicing, in_servicing_zh].map(String::as_str);
            (space, hex(code), texts)
        })
        .collect();
    rows.sort_unstable();
    array(out, "MEANINGS", "(u8, u32, [&str; 4])", &rows);
}

/// (facility, names) sorted by facility, for each of the two spaces that have facilities.
fn facilities(out: &mut String, table: &[[String; 3]]) {
    for (wanted, name) in [("hresult", "HRESULT_FACILITIES"), ("ntstatus", "NTSTATUS_FACILITIES")] {
        let mut rows: Vec<(u16, &str)> = table
            .iter()
            .filter(|[space, ..]| space == wanted)
            .map(|[_, facility, names]| (facility.parse().expect("a facility"), names.as_str()))
            .collect();
        rows.sort_unstable();
        array(out, name, "(u16, &str)", &rows);
    }
}

/// English: (Win32 code, text). Chinese: (Win32 code, text, seen on a zh-CN Windows). Both are sorted by code.
fn messages(out: &mut String, english: &[[String; 2]], chinese: &[[String; 3]]) {
    let rows: Vec<(u32, &str)> = english.iter().map(|[code, text]| (hex(code), text.as_str())).collect();
    assert!(rows.is_sorted_by(|a, b| a.0 < b.0), "messages-en.tsv is sorted by code");
    array(out, "MESSAGES_EN", "(u32, &str)", &rows);
    let rows: Vec<(u32, &str, bool)> =
        chinese.iter().map(|[code, text, known]| (hex(code), text.as_str(), known == "seen")).collect();
    assert!(rows.is_sorted_by(|a, b| a.0 < b.0), "messages-zh.tsv is sorted by code");
    array(out, "MESSAGES_ZH", "(u32, &str, bool)", &rows);
}
