//! What sfc and the store checks of dism say at their end, on a console.

use crate::text::{LogText, decode, lines};

/// How the protected files or the component store are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// Nothing is damaged.
    Good,
    /// What was damaged is repaired.
    Repaired,
    /// Something is damaged still.
    Damaged,
    /// The check could not be made.
    NotChecked,
}
use Health::{Damaged, Good, NotChecked, Repaired};

/// Parts of the sentences. English, Chinese, Spanish, Russian and German ones were seen in published outputs; those of
/// other languages are missing. A line break of the console stands for a space, or for nothing in Chinese.
const SENTENCES: &[(&str, Health)] = &[
    ("did not find any integrity violations", Good),
    ("found corrupt files and successfully repaired them", Repaired),
    ("found corrupt files but was unable to fix some of them", Damaged),
    ("Windows Resource Protection found integrity violations", Damaged),
    ("Windows Resource Protection could not perform the requested operation", NotChecked),
    ("Windows Resource Protection could not start the repair service", NotChecked),
    ("There is a system repair pending which requires reboot", NotChecked),
    ("No component store corruption detected", Good),
    ("The component store is repairable", Damaged),
    ("The component store cannot be repaired", Damaged),
    ("The restore operation completed successfully", Repaired),
    ("未找到任何完整性冲突", Good),
    ("找到了损坏文件并成功修复了它们", Repaired),
    ("找到了损坏文件但无法修复", Damaged),
    ("未检测到组件存储损坏", Good),
    ("可以修复组件存储", Damaged),
    ("还原操作已成功完成", Repaired),
    ("no encontró ninguna infracción de integridad", Good),
    ("encontró archivos dañados y los reparó correctamente", Repaired),
    ("encontró archivos dañados pero no pudo", Damaged),
    ("encontró archivos dañados, pero no pudo", Damaged),
    ("обнаружила поврежденные файлы, но не может восстановить", Damaged),
    ("keine Integritätsverletzungen", Good),
];

/// The last of these sentences in an output, with its line and its first words.
#[must_use]
pub fn last_health(text: &LogText<'_>) -> Option<(u64, Health, String)> {
    let mut last = None;
    for (number, line) in lines(text.bytes()) {
        let line = decode(line.bytes);
        let at = |part: &str| line.find(part);
        let found = SENTENCES.iter().find_map(|(part, health)| Some((at(part)?, *health)));
        if let Some((_, health)) = found {
            // The bar of the progress may stand on the same line.
            let sentence = line.rsplit(']').next().unwrap_or_default().trim();
            last = Some((number, health, sentence.to_owned()));
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sentence_counts() {
        let output = "Beginning system scan.\r\n\r\nWindows Resource Protection found corrupt files but was unable to fix some of them.\r\n";
        let of =
            |text: &str| last_health(&LogText::new(text.as_bytes())).map(|(line, health, _)| (line, health));
        assert_eq!(of(output), Some((3, Damaged)));
        let then = format!(
            "{output}\r\n[==========================100.0%==========================] The restore operation completed successfully.\r\n"
        );
        assert_eq!(of(&then), Some((5, Repaired)));
        assert_eq!(
            last_health(&LogText::new(then.as_bytes())).map(|(.., said)| said).as_deref(),
            Some("The restore operation completed successfully.")
        );
        assert_eq!(of("Windows 资源保护找到了损坏文件但无法修复\n其中某些文件。"), Some((1, Damaged)));
        assert_eq!(of("nothing of that"), None);
    }
}
