//! Process Monitor's XML export, written from a log.
//!
//! **No export of Process Monitor was at hand.** The elements are those that public readers of such files name. How
//! Process Monitor breaks lines and orders the elements is not known. No reader should rely on it.

use std::{collections::HashMap, fmt::Write as _, ops::Range};

use pml_reader::{Column, PmlEvent, PmlFile, PmlModule, PmlText, Style};

/// What an export holds.
#[derive(Debug, Clone)]
pub struct XmlExport<'c> {
    /// The columns of its events.
    pub columns: &'c [Column],
    /// The machine's clock, in minutes ahead of UTC.
    pub utc_offset_minutes: i32,
    /// Whether events have their stacks.
    pub stacks: bool,
}

impl XmlExport<'_> {
    /// The export of a log; events that cannot be read are left out.
    pub fn write(&self, file: &PmlFile) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<procmon><processlist>".to_owned();
        processes(file, &mut out);
        out.push_str("</processlist><eventlist>\n");
        let modules = if self.stacks { modules(file) } else { Modules::new() };
        for event in file.events().filter_map(Result::ok) {
            self.event(&event, &modules, &mut out);
        }
        out.push_str("</eventlist></procmon>\n");
        out
    }

    fn event(&self, event: &PmlEvent<'_>, modules: &Modules, out: &mut String) {
        out.push_str("<event>\n");
        element("ProcessIndex", &event.process_index().to_string(), out);
        let style = Style::procmon(self.utc_offset_minutes);
        let mut text = String::new();
        for column in self.columns {
            text.clear();
            style.push(event, *column, &mut text);
            let name: String =
                column.heading().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            element(&name, &text, out);
        }
        if self.stacks {
            stack(event, modules, out);
        }
        out.push_str("</event>\n");
    }
}

/// Where a module lies in a process.
struct Place {
    range: Range<u64>,
    path: String,
}

/// The modules of each process, by process index.
type Modules = HashMap<u32, Vec<Place>>;

fn modules(file: &PmlFile) -> Modules {
    let place = |m: PmlModule<'_>| Place {
        range: m.base..m.base.saturating_add(m.size.into()),
        path: m.path.to_string(),
    };
    file.processes().map(|p| (p.raw.index, p.modules().map(place).collect())).collect()
}

fn element(name: &str, text: &str, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "<{name}>");
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    let _ = write!(out, "</{name}>");
}

fn processes(file: &PmlFile, out: &mut String) {
    for process in file.processes() {
        let raw = process.raw;
        out.push_str("<process>\n");
        for (name, number) in [
            ("ProcessIndex", raw.index.into()),
            ("ProcessId", raw.pid.into()),
            ("ParentProcessId", raw.parent_pid.into()),
            ("ParentProcessIndex", raw.parent_index.into()),
        ] {
            element(name, &u64::to_string(&number), out);
        }
        let luid = raw.authentication_id;
        element("AuthenticationId", &format!("{:08x}:{:08x}", luid >> 32, luid & 0xFFFF_FFFF), out);
        for (name, number) in [
            ("CreateTime", raw.start),
            ("FinishTime", raw.end),
            ("IsVirtualized", raw.virtualized.into()),
            ("Is64bit", raw.is_64bit.into()),
        ] {
            element(name, &number.to_string(), out);
        }
        for (name, text) in [
            ("Integrity", process.integrity()),
            ("Owner", process.user()),
            ("ProcessName", process.name()),
            ("ImagePath", process.image_path()),
            ("CommandLine", process.command_line()),
            ("CompanyName", process.company()),
            ("Version", process.version()),
            ("Description", process.description()),
        ] {
            element(name, &PmlText::to_string(&text), out);
        }
        out.push_str("\n<modulelist>\n");
        process.modules().for_each(|module| self::module(&module, out));
        out.push_str("</modulelist></process>\n");
    }
}

fn module(module: &PmlModule<'_>, out: &mut String) {
    out.push_str("<module>\n");
    element("Timestamp", &module.loaded.0.to_string(), out);
    element("BaseAddress", &format!("{:#x}", module.base), out);
    element("Size", &module.size.to_string(), out);
    for (name, text) in [
        ("Path", module.path),
        ("Version", module.version),
        ("Company", module.company),
        ("Description", module.description),
    ] {
        element(name, &text.to_string(), out);
    }
    out.push_str("</module>\n");
}

fn stack(event: &PmlEvent<'_>, modules: &Modules, out: &mut String) {
    out.push_str("<stack>\n");
    let modules = modules.get(&event.process_index());
    for (depth, address) in event.frames().enumerate() {
        let module = modules.and_then(|list| list.iter().find(|m| m.range.contains(&address)));
        let (path, base) = module.map_or(("", 0), |m| (m.path.as_str(), m.range.start));
        out.push_str("<frame>\n");
        element("depth", &depth.to_string(), out);
        element("address", &format!("{address:#x}"), out);
        element("path", path, out);
        let name = path.rsplit('\\').next().unwrap_or_default();
        element("location", &format!("{name} + {:#x}", address.saturating_sub(base)), out);
        out.push_str("</frame>\n");
    }
    out.push_str("</stack>\n");
}
