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
    /// The check could not be made, because the service for it could not be started.
    NoService,
    /// The check could not be made, because an earlier repair waits for a restart.
    WaitsForRestart,
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
use Health::{Damaged, Good, NoService, NotChecked, Repaired, WaitsForRestart};

/// Parts of the sentences, in the order in which they are tried. English, Chinese and Spanish ones, and of Russian,
/// German and French some, were seen in published outputs. The others are recalled from such systems and not verified.
/// A line break of the console stands for a space, or for nothing in Chinese. A restore that completed says that the
/// store is good now, not that it was damaged.
const SENTENCES: &[(&str, Checked, Health)] = &[
    ("did not find any integrity violations", Files, Good),
    ("found corrupt files and successfully repaired them", Files, Repaired),
    ("found corrupt files but was unable to fix some of them", Files, Damaged),
    ("Windows Resource Protection found integrity violations", Files, Damaged),
    ("Windows Resource Protection could not perform the requested operation", Files, NotChecked),
    ("Windows Resource Protection could not start the repair service", Files, NoService),
    ("There is a system repair pending which requires reboot", Files, WaitsForRestart),
    ("No component store corruption detected", Store, Good),
    ("The component store is repairable", Store, Damaged),
    ("The component store cannot be repaired", Store, Damaged),
    ("The component store corruption was repaired", Store, Repaired),
    ("The restore operation completed successfully", Store, Good),
    ("未找到任何完整性冲突", Files, Good),
    ("找到了损坏文件并成功修复了它们", Files, Repaired),
    ("找到了损坏文件但无法修复", Files, Damaged),
    ("资源保护无法执行请求的操作", Files, NotChecked),
    ("资源保护无法启动修复服务", Files, NoService),
    ("有一个系统修复挂起，需要重新启动", Files, WaitsForRestart),
    ("有一个系统修复处于挂起状态", Files, WaitsForRestart),
    ("未检测到组件存储损坏", Store, Good),
    ("可以修复组件存储", Store, Damaged),
    ("无法修复组件存储", Store, Damaged),
    ("还原操作已成功完成", Store, Good),
    ("找不到任何完整性違規", Files, Good),
    ("找到損毀的檔案並已成功修復", Files, Repaired),
    ("找到損毀的檔案，但無法修復", Files, Damaged),
    ("找到損毀的檔案但無法修復", Files, Damaged),
    ("資源保護無法執行要求的作業", Files, NotChecked),
    ("未偵測到元件存放區損毀", Store, Good),
    ("元件存放區可以修復", Store, Damaged),
    ("還原作業已順利完成", Store, Good),
    ("no encontró ninguna infracción de integridad", Files, Good),
    ("encontró archivos dañados y los reparó correctamente", Files, Repaired),
    ("encontró archivos dañados pero no pudo", Files, Damaged),
    ("encontró archivos dañados, pero no pudo", Files, Damaged),
    ("Windows no pudo realizar la operación solicitada", Files, NotChecked),
    ("no pudo iniciar el servicio de reparación", Files, NoService),
    ("No se detectaron daños en el almacén de componentes", Store, Good),
    ("El almacén de componentes se puede reparar", Store, Damaged),
    ("La operación de restauración se completó correctamente", Store, Good),
    ("не обнаружила нарушений целостности", Files, Good),
    ("обнаружила поврежденные файлы и успешно", Files, Repaired),
    ("обнаружила поврежденные файлы, но не", Files, Damaged),
    ("не может выполнить запрошенную операцию", Files, NotChecked),
    ("не удалось запустить службу восстановления", Files, NoService),
    ("не может запустить службу восстановления", Files, NoService),
    ("Повреждение хранилища компонентов не обнаружено", Store, Good),
    ("Хранилище компонентов подлежит восстановлению", Store, Damaged),
    ("Восстановление выполнено успешно", Store, Good),
    ("keine Integritätsverletzungen", Files, Good),
    ("beschädigte Dateien gefunden und erfolgreich repariert", Files, Repaired),
    ("beschädigte Dateien gefunden und konnte", Files, Damaged),
    ("beschädigte Dateien gefunden, konnte", Files, Damaged),
    ("Ressourcenschutz hat Integritätsverletzungen gefunden", Files, Damaged),
    ("Ressourcenschutz konnte den angeforderten Vorgang nicht", Files, NotChecked),
    ("Ressourcenschutz konnte den Reparaturdienst nicht", Files, NoService),
    ("keine Komponentenspeicherbeschädigung erkannt", Store, Good),
    ("Der Komponentenspeicher kann repariert werden", Store, Damaged),
    ("Der Komponentenspeicher kann nicht repariert werden", Store, Damaged),
    ("Der Wiederherstellungsvorgang wurde erfolgreich abgeschlossen", Store, Good),
    ("trouvé aucune violation d’intégrité", Files, Good),
    ("trouvé aucune violation d'intégrité", Files, Good),
    ("trouvé des fichiers endommagés et les a réparés", Files, Repaired),
    ("trouvé des fichiers endommagés, mais", Files, Damaged),
    ("trouvé des fichiers endommagés mais", Files, Damaged),
    ("effectuer l’opération demandée", Files, NotChecked),
    ("effectuer l'opération demandée", Files, NotChecked),
    ("démarrer le service de réparation", Files, NoService),
    ("Aucun endommagement du magasin de composants", Store, Good),
    ("Le magasin de composants est réparable", Store, Damaged),
    ("La restauration a été effectuée", Store, Good),
    ("não encontrou nenhuma violação de integridade", Files, Good),
    ("encontrou arquivos corrompidos e os reparou", Files, Repaired),
    ("encontrou arquivos corrompidos, mas", Files, Damaged),
    ("encontrou arquivos corrompidos mas", Files, Damaged),
    ("não pôde executar a operação solicitada", Files, NotChecked),
    ("não pôde iniciar o serviço de reparo", Files, NoService),
    ("O repositório de componentes pode ser reparado", Store, Damaged),
    ("Nenhum dano no repositório de componentes", Store, Good),
    ("A operação de restauração foi concluída com êxito", Store, Good),
    ("整合性違反を検出しませんでした", Files, Good),
    ("破損したファイルが見つかりましたが、それらは正常に修復", Files, Repaired),
    ("破損したファイルが見つかりましたが、その一部は修復できません", Files, Damaged),
    ("要求された操作を実行できませんでした", Files, NotChecked),
    ("コンポーネント ストアは修復できます", Store, Damaged),
    ("コンポーネント ストアの破損は検出されませんでした", Store, Good),
    ("復元操作は正常に完了しました", Store, Good),
    ("violazioni di integrità trovate: nessuna", Files, Good),
    ("alcuna violazione di integrità", Files, Good),
    ("file danneggiati e li ha ripristinati", Files, Repaired),
    ("file danneggiati ma non", Files, Damaged),
    ("file danneggiati, ma non", Files, Damaged),
    ("Nessun danneggiamento dell'archivio componenti", Store, Good),
    ("L'archivio componenti può essere ripristinato", Store, Damaged),
    ("Operazione di ripristino completata", Store, Good),
    ("nie znalazła żadnych naruszeń integralności", Files, Good),
    ("znalazła uszkodzone pliki i pomyślnie je naprawiła", Files, Repaired),
    ("znalazła uszkodzone pliki, ale nie", Files, Damaged),
    ("nie może wykonać żądanej operacji", Files, NotChecked),
    ("Nie wykryto uszkodzenia magazynu składników", Store, Good),
    ("Magazyn składników można naprawić", Store, Damaged),
    ("Operacja przywracania została ukończona pomyślnie", Store, Good),
    ("무결성 위반을 찾지 못했습니다", Files, Good),
    ("손상된 파일을 찾아 복구했습니다", Files, Repaired),
    ("손상된 파일을 찾았지만", Files, Damaged),
    ("구성 요소 저장소를 복구할 수 있습니다", Store, Damaged),
    ("구성 요소 저장소 손상이 검색되지 않았습니다", Store, Good),
    ("bütünlük ihlali bulamadı", Files, Good),
    ("bozuk dosyalar buldu ve başarıyla onardı", Files, Repaired),
    ("bozuk dosyalar buldu ancak", Files, Damaged),
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
        let german = "Der Windows-Ressourcenschutz hat beschädigte Dateien gefunden, konnte jedoch einige davon nicht reparieren.";
        assert_eq!(of(german), Some((1, Files, Damaged)));
        let german = "Der Windows-Ressourcenschutz konnte den angeforderten Vorgang nicht ausführen.";
        assert_eq!(of(german), Some((1, Files, NotChecked)));
        let both =
            "The restore operation completed successfully. The component store corruption was repaired.";
        assert_eq!(of(both), Some((1, Store, Repaired)));
        let service = "Windows Resource Protection could not start the repair service.";
        assert_eq!(of(service), Some((1, Files, NoService)));
        let pending = "There is a system repair pending which requires reboot to complete.";
        assert_eq!(of(pending), Some((1, Files, WaitsForRestart)));
        assert_eq!(of("nothing of that"), None);
    }
}
