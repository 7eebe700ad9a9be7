//! What the tools answer.

use std::{io::Write as _, path::PathBuf};

use anyhow::{Context as _, anyhow, bail};
use diagnosis::Attempt;
use pml_reader::Column;
use reports::{
    Lang,
    attempts::AttemptsReport,
    brief,
    export::{JsonLines, export},
    json, quoted,
    text::{TextOptions, compare},
    triage,
};
use timeline::{
    EventId, FileTime, Input, Source, SourceId,
    query::{Filter, column_named},
};

use super::{
    allowed::Allowed,
    answer::Answer,
    cases::{Analysed, Cases},
    tools,
};
use crate::commands::{events, explain as codes};

/// Bytes of one quoted line.
const LINE: usize = 1_000;

/// What a client sends with a question. What it leaves out is empty.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Asked {
    inputs: Vec<String>,
    baseline: Vec<String>,
    cases: Vec<String>,
    format: Option<String>,
    lang: Option<String>,
    candidate: Option<serde_json::Value>,
    moment: Option<String>,
    r#where: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    columns: Vec<String>,
    limit: Option<u64>,
    code: Option<String>,
    cursor: Option<String>,
}

impl Asked {
    /// The arguments of a tool.
    ///
    /// # Errors
    /// A field that the tool does not have, or one of a wrong type. The text names the right ones.
    pub(super) fn of(tool: &str, arguments: serde_json::Value) -> anyhow::Result<Self> {
        let Some(fields) = tools::fields(tool) else {
            let names: Vec<String> = tools::list().iter().map(|tool| format!("`{}`", tool.name)).collect();
            bail!("there is no tool {}; the tools: {}", quoted(tool, 60), names.join(", "));
        };
        let unknown = arguments.as_object().into_iter().flatten().find(|(name, _)| !fields.knows(name));
        if let Some((name, _)) = unknown {
            bail!("`{tool}` has no field {}; its fields: {fields}", quoted(name, 60));
        }
        serde_json::from_value(arguments).map_err(|error| {
            anyhow!("{}; the fields of `{tool}`: {fields}", quoted(&error.to_string(), LINE))
        })
    }
}

/// The folders and the cases that are open.
pub(super) struct Answers {
    pub(super) allowed: Allowed,
    pub(super) cases: Cases,
}

impl Answers {
    /// The answer of a tool.
    ///
    /// # Errors
    /// What is wrong with the question, or with what it asks about.
    pub(super) fn ask(&self, tool: &str, asked: Asked) -> anyhow::Result<String> {
        let mut answer = Answer::at(asked.cursor.as_deref())?;
        match tool {
            "files" => full(answer.write_all(self.files()?.as_bytes()))?,
            "explain" => full(answer.write_all(explained(&asked)?.as_bytes()))?,
            "compare" => full(answer.write_all(self.compared(&asked)?.as_bytes()))?,
            "report" | "why" | "around" | "events" | "diff" => {
                let inputs = self.paths(&asked.inputs)?;
                let good = self.paths(&asked.baseline)?;
                if inputs.is_empty() || (tool == "diff" && good.is_empty()) {
                    bail!("`inputs` names no file, or `diff` has no `baseline`; the tool `files` lists them");
                }
                let tool = tool.to_owned();
                answer = self.cases.ask(inputs, good, move |case| {
                    match tool.as_str() {
                        "report" => full(answer.write_all(report(case, &asked)?.as_bytes()))?,
                        "why" => full(answer.write_all(why(case, &asked)?.as_bytes()))?,
                        "diff" => {
                            let text = compare(&case.report, &TextOptions::default());
                            full(answer.write_all(lines(&text).as_bytes()))?;
                        }
                        _ => rows(case, &asked, tool == "around", &mut answer)?,
                    }
                    Ok(answer)
                })?;
            }
            other => bail!("the tool {} answers nothing", quoted(other, 60)),
        }
        Ok(answer.text())
    }

    /// What the cases share, and what changed between them.
    fn compared(&self, asked: &Asked) -> anyhow::Result<String> {
        if asked.cases.len() < 2 {
            bail!("`cases` names two cases at least; the tool `files` lists what there is");
        }
        let attempt = |named: &String| {
            let (path, name) = (self.allowed.path(named)?, named.clone());
            self.cases.ask(vec![path], Vec::new(), |case| {
                Ok((name, case.report.clone(), Attempt::of(case.timeline, &case.diagnosis)))
            })
        };
        let attempts = asked.cases.iter().map(attempt).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(lines(&AttemptsReport::new(&attempts).text(&TextOptions::default())))
    }

    fn paths(&self, named: &[String]) -> anyhow::Result<Vec<PathBuf>> {
        named.iter().map(|path| self.allowed.path(path)).collect()
    }

    /// Every file of the folders, as a question may name it.
    fn files(&self) -> anyhow::Result<String> {
        let mut text = String::new();
        for folder in self.allowed.folders() {
            for file in Allowed::files(folder)? {
                let name = file.path.strip_prefix(folder).unwrap_or(&file.path);
                text.push_str(&format!("{} {} bytes\n", quoted(&name.to_string_lossy(), LINE), file.bytes));
            }
        }
        Ok(if text.is_empty() { "there are no files\n".to_owned() } else { text })
    }
}

/// A full answer ends what is written for it, and is no failure.
fn full(written: std::io::Result<()>) -> std::io::Result<()> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => Ok(()),
        other => other,
    }
}

fn lang(asked: &Asked) -> anyhow::Result<Lang> {
    match asked.lang.as_deref() {
        None | Some("en") => Ok(Lang::En),
        Some("zh-CN") => Ok(Lang::Zh),
        Some(_) => bail!("`lang` is en or zh-CN"),
    }
}

/// Each line of a text that holds names of the machine, quoted.
fn lines(text: &str) -> String {
    text.lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { quoted(line, LINE) + "\n" })
        .collect()
}

fn report(case: &Analysed<'_>, asked: &Asked) -> anyhow::Result<String> {
    match asked.format.as_deref() {
        None | Some("brief") => Ok(brief::render(&case.report, lang(asked)?)),
        Some("triage") => Ok(triage::render(&case.report)),
        Some("json") => Ok(json::render(&case.report)?),
        Some(_) => bail!("`format` is brief, triage or json"),
    }
}

fn why(case: &Analysed<'_>, asked: &Asked) -> anyhow::Result<String> {
    let wanted = match &asked.candidate {
        None => None,
        Some(serde_json::Value::String(text)) => Some(text.clone()),
        Some(rank) => {
            let rank = rank.as_u64().filter(|rank| *rank > 0).context("`candidate` counts from 1")?;
            return Ok(lines(&diagnosis::explain_rank(case.timeline, &case.diagnosis, rank)));
        }
    };
    Ok(lines(&diagnosis::explain(case.timeline, &case.diagnosis, wanted.as_deref())))
}

fn explained(asked: &Asked) -> anyhow::Result<String> {
    let code = asked.code.as_deref().context("`code` is missing")?;
    let explanation =
        status_codes::explain(code).map_err(|error| anyhow!("{}", quoted(&error.to_string(), LINE)))?;
    let lang = lang(asked)?;
    Ok(format!("{}\n{}", codes::words(&explanation, lang), codes::remedies(&explanation, lang)))
}

/// The rows of each trace that pass the filter, as JSON lines.
fn rows(case: &Analysed<'_>, asked: &Asked, around: bool, answer: &mut Answer) -> anyhow::Result<()> {
    let traces: Vec<&Input> = case.case.inputs.iter().filter(|input| input.source.is_trace()).collect();
    if traces.is_empty() {
        bail!("there is no trace of events among the inputs");
    }
    let filter = Filter::parse(&asked.r#where)?;
    let mut filter = if around {
        filter.around(&moment(case, asked)?)?
    } else {
        filter.between(asked.from.as_deref(), asked.to.as_deref())?
    };
    filter.set_event_times(|number| time_of(case, number))?;
    events::refuse_absent_columns(&filter, &traces)?;
    let mut columns =
        asked.columns.iter().map(|name| column_named(name)).collect::<Result<Vec<Column>, _>>()?;
    if columns.is_empty() {
        columns = events::FOR_PEOPLE.to_vec();
    }
    for trace in &traces {
        let head = format!("{}:\n", quoted(&trace.path, LINE));
        let source: [&Source; 1] = [&trace.source];
        let mut write = || {
            answer.write_all(head.as_bytes())?;
            export(&source, &filter, asked.limit, &JsonLines::new(&columns), &mut *answer, |_| {}).map(drop)
        };
        full(write())?;
    }
    Ok(())
}

/// The moment that is asked about, or that of the failure.
fn moment(case: &Analysed<'_>, asked: &Asked) -> anyhow::Result<String> {
    let failing = case.report.verdict.failing_operation.as_ref().and_then(|operation| operation.index);
    let of_chain = || case.report.chain.iter().rev().find_map(|link| link.evidence.as_ref()?.index);
    match (&asked.moment, failing.or_else(of_chain)) {
        (Some(moment), _) => Ok(moment.clone()),
        (None, Some(index)) => Ok(format!("#{index}±1s")),
        (None, None) => bail!("no event is named as the failing one: give a `moment`"),
    }
}

/// When the event of this number was, in the first trace that has it.
fn time_of(case: &Analysed<'_>, number: u64) -> Option<FileTime> {
    let ids = (0..).zip(&case.case.inputs).filter(|(_, input)| input.source.is_trace());
    let mut events =
        ids.filter_map(|(at, input)| input.source.event(EventId { source: SourceId(at), index: number }));
    events.next().map(|event| event.time)
}
