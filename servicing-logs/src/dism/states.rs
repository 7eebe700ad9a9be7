//! The state of a package, by the words in which DISM prints it.

/// The state of a package or feature, as DISM prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names are DISM's own.
pub enum PackageState {
    NotPresent,
    UninstallPending,
    Staged,
    Removed,
    Installed,
    InstallPending,
    Superseded,
    PartiallyInstalled,
    /// A word this reader does not know, most likely of another language.
    Unknown,
}

/// What a part of a word says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Pending,
    Partly,
    Superseded,
    NotPresent,
    Staged,
    Uninstall,
    Removed,
    Install,
}
use Part as P;

/// Parts of the words for the states, in lower case and without spaces: English, Chinese, German, French, Spanish,
/// Japanese, Russian, Portuguese. Parts without accents are found in the text of a console's code page too. The English
/// words and the Spanish ones for installed and pending were seen in outputs. The others are recalled from such systems
/// and not verified.
const PARTS: &[(&str, Part)] = &[
    ("pending", P::Pending),
    ("挂起", P::Pending),
    ("擱置", P::Pending),
    ("等待", P::Pending),
    ("ausstehend", P::Pending),
    ("stehtaus", P::Pending),
    ("enattente", P::Pending),
    ("pendiente", P::Pending),
    ("pendente", P::Pending),
    ("保留", P::Pending),
    ("ожида", P::Pending),
    ("partial", P::Partly),
    ("部分", P::Partly),
    ("teilweise", P::Partly),
    ("partiel", P::Partly),
    ("parcial", P::Partly),
    ("частич", P::Partly),
    ("supersed", P::Superseded),
    ("取代", P::Superseded),
    ("ersetzt", P::Superseded),
    ("abgel", P::Superseded),
    ("remplac", P::Superseded),
    ("reemplaz", P::Superseded),
    ("sustitu", P::Superseded),
    ("substitu", P::Superseded),
    ("置き換え", P::Superseded),
    ("замен", P::Superseded),
    ("notpresent", P::NotPresent),
    ("absent", P::NotPresent),
    ("不存在", P::NotPresent),
    ("nichtvorhanden", P::NotPresent),
    ("nonpr", P::NotPresent),
    ("nopresente", P::NotPresent),
    ("存在しません", P::NotPresent),
    ("отсутств", P::NotPresent),
    ("ausente", P::NotPresent),
    ("naopresente", P::NotPresent),
    ("nãopresente", P::NotPresent),
    ("staged", P::Staged),
    ("暂存", P::Staged),
    ("暫存", P::Staged),
    ("bereitgestellt", P::Staged),
    ("interm", P::Staged),
    ("almacenad", P::Staged),
    ("preconfigurad", P::Staged),
    ("ステージング", P::Staged),
    ("промежуточ", P::Staged),
    ("подготовлен", P::Staged),
    ("preparad", P::Staged),
    ("uninstall", P::Uninstall),
    ("卸载", P::Uninstall),
    ("解除安裝", P::Uninstall),
    ("deinstall", P::Uninstall),
    ("sinstall", P::Uninstall),
    ("desinstal", P::Uninstall),
    ("アンインストール", P::Uninstall),
    ("удален", P::Uninstall),
    ("removed", P::Removed),
    ("已删除", P::Removed),
    ("已移除", P::Removed),
    ("entfernt", P::Removed),
    ("supprim", P::Removed),
    ("quitad", P::Removed),
    ("削除", P::Removed),
    ("removid", P::Removed),
    ("instal", P::Install),
    ("安装", P::Install),
    ("安裝", P::Install),
    ("インストール", P::Install),
    ("установ", P::Install),
];

impl PackageState {
    /// The state that a printed word means.
    pub fn of_word(word: &str) -> PackageState {
        let folded: String =
            word.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        let says = |wanted: Part| PARTS.iter().any(|(text, part)| *part == wanted && folded.contains(text));
        let pending = says(P::Pending);
        match () {
            () if pending && says(P::Uninstall) => PackageState::UninstallPending,
            () if pending && says(P::Install) => PackageState::InstallPending,
            () if says(P::Partly) => PackageState::PartiallyInstalled,
            () if says(P::Superseded) => PackageState::Superseded,
            () if says(P::NotPresent) => PackageState::NotPresent,
            () if says(P::Staged) => PackageState::Staged,
            () if says(P::Uninstall) || says(P::Removed) => PackageState::Removed,
            () if says(P::Install) => PackageState::Installed,
            () => PackageState::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PackageState as S;

    fn of_word(word: &str) -> S {
        S::of_word(word)
    }

    #[test]
    fn the_words_of_eight_languages() {
        let words = [
            (
                [
                    "Installed",
                    "已安装",
                    "Installiert",
                    "Installé",
                    "Instalado",
                    "インストール済み",
                    "Установлен",
                    "Instalado",
                ],
                S::Installed,
            ),
            (
                [
                    "Install Pending",
                    "安装挂起",
                    "Installation ausstehend",
                    "Installation en attente",
                    "Instalación pendiente",
                    "インストールの保留",
                    "Ожидается установка",
                    "Instalação Pendente",
                ],
                S::InstallPending,
            ),
            (
                [
                    "Uninstall Pending",
                    "卸载挂起",
                    "Deinstallation ausstehend",
                    "Désinstallation en attente",
                    "Desinstalación pendiente",
                    "アンインストールの保留",
                    "Ожидается удаление",
                    "Desinstalação Pendente",
                ],
                S::UninstallPending,
            ),
            (
                [
                    "Superseded",
                    "已取代",
                    "Ersetzt",
                    "Remplacé",
                    "Reemplazado",
                    "置き換え済み",
                    "Заменен",
                    "Substituído",
                ],
                S::Superseded,
            ),
        ];
        for (names, state) in words {
            for name in names {
                assert_eq!(of_word(name), state, "{name}");
            }
        }
        // As a console prints it in code page 850, read as Windows-1252.
        assert_eq!(of_word("Instalaci¢n pendiente"), S::InstallPending);
        assert_eq!(of_word("D‚sinstallation en attente"), S::UninstallPending);
        assert_eq!((of_word("Zainstalowano?"), of_word("Kurulu")), (S::Installed, S::Unknown));
        assert_eq!((of_word("Partially Installed"), of_word("Staged")), (S::PartiallyInstalled, S::Staged));
    }
}
