//! The same boot on another machine: another build of Windows, another language, other letters of drives, other users.

/// The build that the generator writes.
const BUILD: &str = "17763";

/// What another machine has otherwise. Each text is as long as the generator's own, so that the trace stays whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// Build of Windows.
    build: &'static str,
    /// Letter of the system drive.
    drive: u8,
    /// Language of folders.
    language: &'static str,
    /// The same as a number.
    language_id: &'static str,
    /// The users.
    users: [&'static str; 2],
}

/// The generator's own machine.
pub(super) const OWN: Machine = Machine {
    build: BUILD,
    drive: b'C',
    language: "en-US",
    language_id: "0409",
    users: ["oldadmin", "svc-backup"],
};

/// Machines, so that neighbouring seeds differ in everything.
const OTHERS: &[Machine] = &[
    Machine {
        build: "14393",
        drive: b'D',
        language: "de-DE",
        language_id: "0407",
        users: ["altadmin", "sicherung1"],
    },
    Machine {
        build: "19045",
        drive: b'E',
        language: "zh-CN",
        language_id: "0804",
        users: ["zhangwei", "beifen-svc"],
    },
    Machine {
        build: "20348",
        drive: b'C',
        language: "fr-FR",
        language_id: "040C",
        users: ["ancienne", "sauvegarde"],
    },
    Machine {
        build: "22631",
        drive: b'G',
        language: "ja-JP",
        language_id: "0411",
        users: ["kyukanri", "backup-svc"],
    },
    Machine {
        build: "26100",
        drive: b'D',
        language: "pt-BR",
        language_id: "0416",
        users: ["adminold", "copiaserv1"],
    },
];

impl Machine {
    /// Another machine than the generator's own, by the seed.
    #[must_use]
    pub fn other(seed: u64) -> Self {
        let at = usize::try_from(seed).unwrap_or(0) % OTHERS.len();
        OTHERS.get(at).copied().unwrap_or(OWN)
    }

    /// The trace as this machine would have recorded it.
    #[must_use]
    pub fn trace(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        // The header has the build as a number.
        if let (Ok(own), Ok(build)) = (BUILD.parse::<u32>(), self.build.parse::<u32>()) {
            let end = bytes.len().min(HEADER);
            let (header, _) = bytes.split_at_mut(end);
            replace(header, &own.to_le_bytes(), &build.to_le_bytes());
        }
        for (from, to) in self.texts() {
            let wide = |text: &[u8]| text.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>();
            replace(&mut bytes, &from, &to);
            replace(&mut bytes, &wide(&from), &wide(&to));
        }
        bytes
    }

    /// The log as this machine would have written it.
    #[must_use]
    pub fn log(&self, text: String) -> Vec<u8> {
        let mut bytes = text.into_bytes();
        for (from, to) in self.texts() {
            replace(&mut bytes, &from, &to);
        }
        bytes
    }

    /// What the generator writes, and what stands there on this machine.
    fn texts(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let text = |from: &str, to: &str| (from.as_bytes().to_vec(), to.as_bytes().to_vec());
        let mut texts = vec![
            text(&format!(".{BUILD}."), &format!(".{}.", self.build)),
            text(OWN.language, self.language),
            text(&format!(r"\{}\", OWN.language_id), &format!(r"\{}\", self.language_id)),
        ];
        texts.extend(OWN.users.iter().zip(self.users).map(|(from, to)| text(from, to)));
        if self.drive != OWN.drive {
            // The drive that had the letter gets the one that is free now, by way of a letter that no drive has.
            for (from, to) in [(self.drive, b'!'), (OWN.drive, self.drive), (b'!', OWN.drive)] {
                texts.push((vec![from, b':', b'\\'], vec![to, b':', b'\\']));
            }
        }
        texts
    }
}

/// Bytes of the header of a log of Process Monitor.
const HEADER: usize = 0x3A8;

/// Replaces a text by one of the same length, wherever it is.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    debug_assert_eq!(from.len(), to.len());
    let found: Vec<usize> = memchr::memmem::find_iter(bytes, from).collect();
    for at in found {
        if let Some(window) = bytes.get_mut(at..at + from.len()) {
            window.copy_from_slice(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_texts_are_as_long_as_the_generators() {
        for machine in OTHERS {
            assert!(machine.texts().iter().all(|(from, to)| from.len() == to.len()), "{machine:?}");
            assert_eq!(machine.build.len(), BUILD.len());
        }
        let log = Machine::other(0).log(r"C:\Windows\en-US\a 10.0.17763.1 D:\x".to_owned());
        assert_eq!(String::from_utf8_lossy(&log), r"D:\Windows\de-DE\a 10.0.14393.1 C:\x");
    }
}
