//! The lists of packages that DISM prints.

use super::health::last_health;
use super::states::PackageState;
use crate::cbs::Text;
use crate::codes::{self, CodeForm, CodeMatch, CodeValue};
use crate::text::{LogText, decode, lines, split_once, whole_number};

/// A package's identity, taken apart: `name~token~architecture~language~version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageIdentity<'a> {
    /// `Package_for_RollupFix`, `Package_for_KB4470788`.
    pub name: &'a str,
    /// `31bf3856ad364e35`.
    pub token: &'a str,
    /// `amd64`.
    pub architecture: &'a str,
    /// `en-US`, empty for a neutral package.
    pub language: &'a str,
    /// `17763.2114.1.13`.
    pub version: &'a str,
}

impl<'a> PackageIdentity<'a> {
    /// Takes an identity apart; `None` if the text is none.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<PackageIdentity<'a>> {
        let mut parts = text.split('~');
        let identity = PackageIdentity {
            name: parts.next().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?,
            token: parts.next()?,
            architecture: parts.next()?,
            language: parts.next()?,
            version: parts.next()?,
        };
        parts.next().is_none().then_some(identity)
    }

    /// The number in a name such as `Package_for_KB4470788`, if there is one.
    pub fn kb(&self) -> Option<&'a str> {
        let at = self.name.find("KB")?;
        let digits = self.name.get(at + 2..)?;
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        (length >= 6).then(|| self.name.get(at..at + 2 + length)).flatten()
    }
}

/// A package of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPackage<'a> {
    /// Number of its first line, from one.
    pub line: u64,
    /// The identity as printed.
    pub identity: Text<'a>,
    /// The state.
    pub state: PackageState,
    /// The state as printed.
    pub state_text: Text<'a>,
    /// `Security Update`, `Language Pack`, as printed.
    pub release_type: Option<Text<'a>>,
    /// The time as printed. Its form is that of the machine's region and cannot be recognised safely.
    pub install_time: Option<Text<'a>>,
}

/// What a list says apart from its packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageListSummary {
    /// Version of DISM, the first version printed.
    pub tool_version: Option<String>,
    /// Version of the image, the second version printed.
    pub image_version: Option<String>,
    /// Packages.
    pub packages: u64,
    /// Packages whose state is in no known language.
    pub unknown_states: u64,
    /// Lines that name an error.
    pub errors: Vec<ListedError>,
}

/// An error that a command printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedError {
    /// Number of its line, from one.
    pub line: u64,
    /// Its code; zero where none was printed.
    pub code: u32,
    /// The line before it, if that line tells of one of several packages, otherwise the line after it.
    pub said: String,
    /// The command, where the output has its prompt.
    pub command: Option<String>,
    /// The package that was being worked on, if a line before named it.
    pub about: Option<String>,
}

/// Error lines kept of a list; an output has one.
const MAX_ERRORS: usize = 64;

/// Reads the output of `dism /get-packages` in list or table form, or of `Get-WindowsPackage`, in any language; of any
/// other dism command its versions and errors.
///
/// Labels are translated, so content and order decide what a field is: the identity has four tildes, and state, release
/// type and install time follow it in this order in every language.
pub fn read_packages<'t>(
    text: &'t LogText<'_>,
    mut visit: impl FnMut(ListedPackage<'t>),
) -> PackageListSummary {
    let mut summary = PackageListSummary::default();
    let mut open: Option<(ListedPackage<'t>, usize)> = None;
    let mut send = |package: ListedPackage<'t>, summary: &mut PackageListSummary| {
        summary.packages += 1;
        summary.unknown_states += u64::from(package.state == PackageState::Unknown);
        visit(package);
    };
    let (mut command, mut before): (Option<String>, _) = (None, "".into());
    let (mut runs, mut broken) = (Runs::default(), false);
    let mut about = None;
    // What was said of one of several items.
    let mut of_item: Option<String> = None;
    for (number, line) in lines(text.bytes()) {
        let bytes = line.bytes.trim_ascii();
        let before = std::mem::replace(&mut before, if bytes.is_empty() { "".into() } else { decode(bytes) });
        if let Some(asked) = prompt(&decode(bytes)) {
            runs.end(&mut summary.errors, command.as_deref());
            command = Some(asked.to_owned());
            broken = line.bytes.len() >= CONSOLE_WIDTH;
        } else if broken && !bytes.is_empty() {
            // The console broke the command where the line was full.
            command.get_or_insert_default().push_str(&decode(bytes));
            broken = bytes.len() >= CONSOLE_WIDTH;
        } else {
            broken = false;
        }
        runs.take(&decode(bytes), summary.errors.len());
        let begins = begins_item(bytes);
        if begins || is_sentence_on(&before, bytes) {
            of_item = says(bytes).then(|| decode(bytes).into_owned());
        }
        if let Some(error) = cmdlet_error(number, bytes).filter(|_| summary.errors.len() < MAX_ERRORS) {
            summary.errors.push(ListedError { about: file_worked_on(&before), ..error });
            continue;
        }
        if let Some(asked) = bytes.strip_prefix(b"+ ").filter(|asked| is_cmdlet(asked))
            && let Some(error) = summary.errors.last_mut()
        {
            error.command.get_or_insert_with(|| decode(asked).trim_end_matches([' ', '.']).to_owned());
        }
        // An item that is named in short ends what the identity of the one before it was said of.
        about = worked_on(bytes).or(about.filter(|_| !begins));
        if let Some(error) =
            summary.errors.last_mut().filter(|error| error.said.is_empty() && error.line < number && !begins)
        {
            error.said = decode(bytes).into_owned();
        }
        if let Some(package) = table_row(number, bytes) {
            if let Some((package, _)) = open.take() {
                send(package, &mut summary);
            }
            send(package, &mut summary);
            continue;
        }
        let Some((label, value)) = label_and_value(bytes) else {
            if bytes.is_empty()
                && let Some((package, _)) = open.take()
            {
                send(package, &mut summary);
            }
            continue;
        };
        let text = decode(value);
        if PackageIdentity::parse(&text).is_some() {
            if let Some((package, _)) = open.take() {
                send(package, &mut summary);
            }
            open = Some((package(number, text), 0));
        } else if let Some((package, fields)) = &mut open {
            *fields += 1;
            match *fields {
                1 => {
                    package.state = PackageState::of_word(&text);
                    package.state_text = text;
                }
                2 => package.release_type = Some(text).filter(|text| !text.is_empty()),
                3 => package.install_time = Some(text).filter(|text| !text.is_empty()),
                _ => {}
            }
        } else if is_version(value) {
            let slot = if summary.tool_version.is_none() {
                &mut summary.tool_version
            } else {
                &mut summary.image_version
            };
            slot.get_or_insert_with(|| text.into_owned());
        } else if label.len() < 16
            && let Some(code) = printed_code(value)
            && summary.errors.len() < MAX_ERRORS
        {
            // `Processing 1 of 1 - X: …` is followed by its error and by that of the command.
            let numbered = before.contains(" 1 - ") || before.contains("~~");
            let of_one = numbered && [": ", "："].iter().any(|colon| before.contains(colon));
            let said = if of_one { before.into_owned() } else { of_item.take().unwrap_or_default() };
            let again =
                summary.errors.last().is_some_and(|last| last.code == code && last.command == command);
            if !again {
                let (command, about) = (command.clone(), about.clone());
                summary.errors.push(ListedError { line: number, code, said, command, about });
            }
        }
    }
    runs.end(&mut summary.errors, command.as_deref());
    if let Some((package, _)) = open {
        send(package, &mut summary);
    }
    summary
}

/// Columns of a console that breaks the lines.
const CONSOLE_WIDTH: usize = 79;

/// The runs of dism in one output: a package that a later run added was no failure in the end.
#[derive(Default)]
struct Runs {
    /// The KB number that was named last in this run.
    named: Option<String>,
    /// How many errors there were when the run began.
    before: usize,
    /// What each error was about, by its place: the KB number named last before it, or in the words after it.
    about: Vec<Option<String>>,
}

impl Runs {
    fn take(&mut self, line: &str, errors: usize) {
        while self.about.len() < errors {
            self.about.push(self.named.clone());
        }
        if let Some(kb) = kb_in(line) {
            self.named = Some(kb);
            if errors > self.before
                && let Some(last) = self.about.last_mut()
            {
                last.clone_from(&self.named);
            }
        }
    }

    /// The run is over. One without an error makes up for those that were about the package of its command.
    fn end(&mut self, errors: &mut Vec<ListedError>, command: Option<&str>) {
        self.take("", errors.len());
        if errors.len() == self.before
            && let Some(kb) = command.and_then(kb_in)
        {
            let mut about = std::mem::take(&mut self.about).into_iter();
            errors.retain(|_| about.next().flatten().is_none_or(|known| known != kb));
            self.about = errors.iter().map(|_| None).collect();
        }
        (self.before, self.named) = (errors.len(), None);
    }
}

/// The first KB number of a text, in upper case.
fn kb_in(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let at = upper.find("KB")?;
    let digits = upper.get(at + 2..)?.bytes().take_while(u8::is_ascii_digit).count();
    (digits >= 6).then(|| upper.get(at..at + 2 + digits).map(str::to_owned)).flatten()
}

/// Whether a line begins one of several items: `Processing 30 of 31 - Adding package X`, in any language.
fn begins_item(line: &[u8]) -> bool {
    let Some((counted, _)) = split_once(line, b" - ") else { return false };
    let numbers = counted.split(u8::is_ascii_whitespace).filter(|word| whole_number(word).is_some()).count();
    numbers == 2 && counted.last().is_some_and(u8::is_ascii_digit)
}

/// Whether a line says something of the item that the line before it begins: `Package_for_RollupFix: The image …`.
fn is_sentence_on(before: &str, line: &[u8]) -> bool {
    let is_error = |line| label_and_value(line).is_some_and(|(_, value)| printed_code(value).is_some());
    begins_item(before.as_bytes()) && !begins_item(line) && says(line) && !is_error(line)
}

/// Whether a line has a name and a sentence on it.
fn says(line: &[u8]) -> bool {
    [b": ".as_slice(), "：".as_bytes()].iter().any(|colon| memchr::memmem::find(line, colon).is_some())
}

/// Cmdlets of dism.
const CMDLETS: [&[u8]; 3] = [b"-Windows", b"-AppxProvisionedPackage", b"-ProvisionedAppxPackage"];

/// Whether a text begins with the name of one: `Add-WindowsCapability -Online …`.
fn is_cmdlet(text: &[u8]) -> bool {
    let name = text.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    CMDLETS.iter().any(|part| memchr::memmem::find(name, part).is_some())
}

/// The error of a cmdlet: `Add-WindowsCapability : Add-WindowsCapability failed. Error code = 0x800f0950`. Some have no
/// code.
fn cmdlet_error(line: u64, bytes: &[u8]) -> Option<ListedError> {
    let bytes = bytes.strip_prefix(b"WARNING: ").unwrap_or(bytes);
    let (name, said) = match split_once(bytes, b" : ") {
        Some(parts) => parts,
        // A script passes the words on: `Add-WindowsPackage failed. Error code = 0x800f081e`.
        None => (split_once(bytes, b" failed. Error code = ")?.0, bytes),
    };
    if !is_cmdlet(name) || name.contains(&b' ') {
        return None;
    }
    let code = split_once(said, b"Error code = 0x").and_then(|(_, code)| crate::text::leading_hex(code));
    let code = code.and_then(|(code, _)| u32::try_from(code).ok()).unwrap_or_default();
    Some(ListedError { line, code, said: decode(said).into_owned(), ..ListedError::default() })
}

/// The package that `Processing 1 of 1 - Adding package X` and `An error occurred - X Error: 0x…` name, in any language.
fn worked_on(line: &[u8]) -> Option<String> {
    let (_, rest) = split_once(line, b" - ")?;
    let text = decode(rest);
    text.split_whitespace().find(|word| PackageIdentity::parse(word).is_some()).map(str::to_owned)
}

/// The file of a package in the line before an error: `Failed to add package C:\…\windows10.0-kb1234567-x64.cab`.
fn file_worked_on(line: &str) -> Option<String> {
    let file = line.split_whitespace().rfind(|word| {
        let ending = word.rsplit('.').next().unwrap_or_default();
        ["cab", "msu", "mum"].iter().any(|known| ending.eq_ignore_ascii_case(known))
    })?;
    file.rsplit(['\\', '/']).next().map(str::to_owned)
}

/// The command of a line, with a prompt or alone: `C:\>dism /online /get-packages`.
fn prompt(line: &str) -> Option<&str> {
    let is_command = |asked: &str| {
        let (name, options) = asked.split_once(' ').unwrap_or_default();
        let is_dism = ["dism", "dism.exe"].iter().any(|known| name.eq_ignore_ascii_case(known));
        is_dism && options.trim_start().starts_with('/')
    };
    if is_command(line) {
        return Some(line);
    }
    let (before, asked) = line.split_once('>')?;
    let asked = asked.trim();
    (before.contains(":\\") && is_command(asked)).then_some(asked)
}

/// `Error: 0x800f081e`, and `错误: 87` for a Win32 error.
fn printed_code(value: &[u8]) -> Option<u32> {
    if let Some(CodeMatch { value, form: CodeForm::Hex | CodeForm::Keyed, span }) =
        codes::find_codes(value).first()
    {
        return (span.start == 0).then(|| value.hresult()).flatten();
    }
    whole_number(value).and_then(|value| CodeValue::Win32(value).hresult())
}

fn package<'a>(line: u64, identity: Text<'a>) -> ListedPackage<'a> {
    ListedPackage {
        line,
        identity,
        state: PackageState::Unknown,
        state_text: "".into(),
        release_type: None,
        install_time: None,
    }
}

/// Label and value around the first colon, ASCII or full width, with or without spaces around it.
fn label_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let wide = split_once(line, "：".as_bytes());
    let (label, value) = split_once(line, b":").or(wide)?;
    Some((label.trim_ascii(), value.trim_ascii()))
}

/// Whether a text is the output of a dism command: it prints its version, and the code it ended with or the path of its
/// log, in every language; or that it is the output of sfc.
pub(crate) fn is_dism_output(text: &[u8]) -> bool {
    let (mut version, mut ending, mut cmdlet, mut item) = (false, false, false, false);
    for (_, line) in lines(text).take(MAX_OUTPUT_LINES) {
        let line = line.bytes.trim_ascii();
        cmdlet |= cmdlet_error(0, line).is_some();
        item |= worked_on(line).is_some();
        ending |= memchr::memmem::find(&line.to_ascii_lowercase(), b"\\dism.log").is_some();
        if let Some((label, value)) = label_and_value(line) {
            version |= is_version(value);
            ending |= label.len() < 16 && printed_code(value).is_some();
        }
    }
    (version || item) && ending || cmdlet || last_health(&LogText::new(text)).is_some()
}

/// Lines of an output that are looked at; that of a failed command has some twenty.
const MAX_OUTPUT_LINES: usize = 400;

fn is_version(value: &[u8]) -> bool {
    let dots = value.iter().filter(|byte| **byte == b'.').count();
    dots == 3 && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `Package_for_…~~17763.2114.1.13 | Installed | Update | 8/17/2021 3:16 AM`
fn table_row(line: u64, bytes: &[u8]) -> Option<ListedPackage<'_>> {
    let (identity, rest) = split_once(bytes, b" |").or_else(|| split_once(bytes, b"|"))?;
    let identity = decode(identity.trim_ascii());
    PackageIdentity::parse(&identity)?;
    let mut cells = rest.split(|byte| *byte == b'|').map(|cell| decode(cell.trim_ascii()));
    let state_text = cells.next()?;
    let mut cell = || cells.next().filter(|text| !text.is_empty());
    Some(ListedPackage {
        line,
        identity,
        state: PackageState::of_word(&state_text),
        state_text,
        release_type: cell(),
        install_time: cell(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(output: &str) -> Vec<(u32, Option<String>)> {
        let text = LogText::new(output.as_bytes());
        let errors = read_packages(&text, |_| ()).errors;
        errors.into_iter().map(|error| (error.code, error.command)).collect()
    }

    const FAILED: &str = "Processing 184 of 184 - Adding package C:\\a\\w63-x64\\W\r\nindows8.1-KB3172614-x64.msu\r\n\r\nError: 0x800f081e\r\n\r\n\
        Package C:\\a\\Windows8.1-KB3172614-x64.msu may have failed due to pending updates.\r\n\r\n";

    #[test]
    fn a_later_run_that_adds_the_package_makes_up_for_it() {
        let run = |name: &str| {
            format!("C:\\a>dism /image:C:\\m /Add-Package /PackagePath:C:\\a\\{name}.msu\r\n[==100.0%==]\r\n")
        };
        assert_eq!(errors(FAILED), [(0x800F_081E, None)]);
        assert_eq!(errors(&format!("{FAILED}{}", run("Windows8.1-KB3172614-x64"))), []);
        assert_eq!(errors(&format!("{FAILED}{}", run("Windows8.1-KB3016437-x64"))).len(), 1);
        let again = format!("{}{}", run("Windows8.1-KB3172614-x64"), "Error: 0x800f081e\r\n");
        assert_eq!(errors(&format!("{FAILED}{again}")).len(), 2);
    }

    #[test]
    fn a_command_that_the_console_broke() {
        let asked = "C:\\wincd>dism /image:C:\\wincd\\dismmount /cleanup-image /startcomponentcleanup /r";
        let output = format!("{asked}\r\nesetbase\r\n\r\nError: 0x800f0806\r\n");
        let command = "dism /image:C:\\wincd\\dismmount /cleanup-image /startcomponentcleanup /resetbase";
        assert_eq!(errors(&output), [(0x800F_0806, Some(command.to_owned()))]);
        let alone = "DISM /Online /Enable-Feature /FeatureName:X\r\n\r\nError: 0x800f0906\r\n";
        assert_eq!(
            errors(alone),
            [(0x800F_0906, Some("DISM /Online /Enable-Feature /FeatureName:X".to_owned()))]
        );
        assert_eq!(prompt("DISM Package Manager: PID=1 TID=2 the /source option"), None);
    }
}
