//! A registry key as lines that write a .reg file.

use crate::tree::{Data, Tree, kind};

/// Commands that append a key with all below it to `file`. Subkeys come first, so that `Start` is written last.
pub(super) fn write(key: &str, tree: &Tree, file: &str) -> String {
    let mut lines = vec!["Windows Registry Editor Version 5.00".to_owned()];
    section(&key.replacen("HKLM", "HKEY_LOCAL_MACHINE", 1), tree, &mut lines);
    let mut text = format!("if exist \"{file}\" del /f /q \"{file}\"\n");
    for line in &lines {
        // An empty line for echo is `echo(`; % is doubled so that cmd keeps it.
        let line = line.replace('%', "%%");
        text += &if line.is_empty() {
            format!(">>\"{file}\" echo(\n")
        } else {
            format!(">>\"{file}\" echo {line}\n")
        };
    }
    text
}

fn section(key: &str, tree: &Tree, lines: &mut Vec<String>) {
    for (name, below) in &tree.keys {
        section(&format!(r"{key}\{name}"), below, lines);
    }
    lines.push(String::new());
    lines.push(format!("[{key}]"));
    lines.extend(tree.values.iter().map(|(name, data)| format!("\"{name}\"={}", value(data))));
}

fn value(data: &Data) -> String {
    let hex = || data.bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(",");
    match data.kind {
        kind::SZ => format!("\"{}\"", data.as_texts().concat().replace('\\', r"\\").replace('"', "\\\"")),
        kind::DWORD if data.as_dword().is_some() => {
            format!("dword:{:08x}", data.as_dword().unwrap_or_default())
        }
        kind::BINARY => format!("hex:{}", hex()),
        other => format!("hex({other:x}):{}", hex()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::Session;

    #[test]
    fn a_key_is_written_with_its_types_and_start_last() {
        let session = Session::named("bootrace-file").unwrap();
        let text = write(&session.key(), &session.tree(r"%SystemRoot%\x.etl", 5, 9), "sessions.reg");
        for line in [
            r#"echo "FileName"="%%SystemRoot%%\\x.etl""#,
            r#"echo "MatchAnyKeyword"=hex(b):f0,1c,00,00,00,00,00,00"#,
            r#"echo "EventIds"=hex:0f,00,10,00"#,
            r#"echo "FlushTimer"=dword:0000001e"#,
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(text.trim_end().ends_with(r#"echo "Start"=dword:00000001"#), "{text}");
    }
}
