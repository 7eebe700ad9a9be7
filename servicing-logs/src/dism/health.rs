//! What sfc and the store checks of dism say at their end, on a console.

use crate::text::{LogText, decode, lines};

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checked {
    /// The protected system files.
    Files,
    /// The component store.
    Store,
}

/// How it is.
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

/// The sentence that states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedHealth {
    /// Number of its line, from one.
    pub line: u64,
    /// What was checked.
    pub checked: Checked,
    /// How it is.
    pub health: Health,
    /// Its words.
    pub said: String,
}

use Checked::{Files, Store};
use Health::{Damaged, Good, NotChecked, Repaired};

/// Parts of the sentences. English, Chinese and Spanish ones, and the first of each of Russian and German, were seen in
/// published outputs. The others are not verified. A line break of the console stands for a space, or for nothing in
/// Chinese. A restore that completed says that the store is good now, not that it was damaged.
const SENTENCES: &[(&str, Checked, Health)] = &[
    ("did not find any integrity violations", Files, Good),
    ("found corrupt files and successfully repaired them", Files, Repaired),
    ("found corrupt files but was unable to fix some of them", Files, Damaged),
    ("Windows Resource Protection found integrity violations", Files, Damaged),
    ("Windows Resource Protection could not perform the requested operation", Files, NotChecked),
    ("Windows Resource Protection could not start the repair service", Files, NotChecked),
    ("There is a system repair pending which requires reboot", Files, NotChecked),
    ("No component store corruption detected", Store, Good),
    ("The component store is repairable", Store, Damaged),
    ("The component store cannot be repaired", Store, Damaged),
    ("The restore operation completed successfully", Store, Good),
    ("未找到任何完整性冲突", Files, Good),
    ("找到了损坏文件并成功修复了它们", Files, Repaired),
    ("找到了损坏文件但无法修复", Files, Damaged),
    ("未检测到组件存储损坏", Store, Good),
    ("可以修复组件存储", Store, Damaged),
    ("还原操作已成功完成", Store, Good),
    ("no encontró ninguna infracción de integridad", Files, Good),
    ("encontró archivos dañados y los reparó correctamente", Files, Repaired),
    ("encontró archivos dañados pero no pudo", Files, Damaged),
    ("encontró archivos dañados, pero no pudo", Files, Damaged),
    ("обнаружила поврежденные файлы, но не может восстановить", Files, Damaged),
    ("keine Integritätsverletzungen", Files, Good),
    ("не обнаружила нарушений целостности", Files, Good),
    ("обнаружила поврежденные файлы и успешно", Files, Repaired),
    ("Хранилище компонентов подлежит восстановлению", Store, Damaged),
    ("Повреждение хранилища компонентов не обнаружено", Store, Good),
    ("beschädigte Dateien gefunden und erfolgreich repariert", Files, Repaired),
    ("beschädigte Dateien gefunden und konnte einige", Files, Damaged),
    ("beschädigte Dateien gefunden, konnte einige", Files, Damaged),
    ("Der Komponentenspeicher kann repariert werden", Store, Damaged),
    ("keine Komponentenspeicherbeschädigung erkannt", Store, Good),
    ("Der Wiederherstellungsvorgang wurde erfolgreich abgeschlossen", Store, Good),
    ("trouvé aucune violation d’intégrité", Files, Good),
    ("trouvé aucune violation d'intégrité", Files, Good),
    ("trouvé des fichiers endommagés et les a réparés", Files, Repaired),
    ("trouvé des fichiers endommagés, mais", Files, Damaged),
    ("trouvé des fichiers endommagés mais", Files, Damaged),
    ("Le magasin de composants est réparable", Store, Damaged),
    ("não encontrou nenhuma violação de integridade", Files, Good),
    ("encontrou arquivos corrompidos e os reparou", Files, Repaired),
    ("encontrou arquivos corrompidos, mas", Files, Damaged),
    ("encontrou arquivos corrompidos mas", Files, Damaged),
    ("O repositório de componentes pode ser reparado", Store, Damaged),
    ("Nenhum dano no repositório de componentes", Store, Good),
    ("整合性違反を検出しませんでした", Files, Good),
    ("破損したファイルが見つかりましたが、それらは正常に修復", Files, Repaired),
    ("破損したファイルが見つかりましたが、その一部は修復できません", Files, Damaged),
    ("コンポーネント ストアは修復できます", Store, Damaged),
    ("コンポーネント ストアの破損は検出されませんでした", Store, Good),
    ("復元操作は正常に完了しました", Store, Good),
];

/// The last of these sentences in an output.
#[must_use]
pub fn last_health(text: &LogText<'_>) -> Option<StatedHealth> {
    let mut last = None;
    for (line, bytes) in lines(text.bytes()) {
        let text = decode(bytes.bytes);
        let Some((_, checked, health)) = SENTENCES.iter().find(|(part, ..)| text.contains(part)) else {
            continue;
        };
        // The bar of the progress may stand on the same line.
        let said = text.rsplit(']').next().unwrap_or_default().trim().to_owned();
        last = Some(StatedHealth { line, checked: *checked, health: *health, said });
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sentence_counts() {
        let output = "Beginning system scan.\r\n\r\nWindows Resource Protection found corrupt files but was unable to fix some of them.\r\n";
        let of = |text: &str| {
            last_health(&LogText::new(text.as_bytes()))
                .map(|stated| (stated.line, stated.checked, stated.health))
        };
        assert_eq!(of(output), Some((3, Files, Damaged)));
        let then = format!(
            "{output}\r\n[==========================100.0%==========================] The restore operation completed successfully.\r\n"
        );
        assert_eq!(of(&then), Some((5, Store, Good)));
        let said = last_health(&LogText::new(then.as_bytes())).unwrap().said;
        assert_eq!(said, "The restore operation completed successfully.");
        assert_eq!(of("Windows 资源保护找到了损坏文件但无法修复\n其中某些文件。"), Some((1, Files, Damaged)));
        assert_eq!(of("nothing of that"), None);
    }
}
