//! Names under which one object can be reached: views of the registry, the unnamed stream of a file, and letters that differ
//! only in case.

/// Beginnings of keys in lower case: two names of one key each.
const VIEWS: [(&str, &str); 2] =
    [(r"hkcr\", r"hklm\software\classes\"), (r"hku\s-1-5-18\", r"hku\.default\")];

/// The name of a file's unnamed stream, lower case.
const UNNAMED_STREAM: &str = "::$data";

/// Letters beyond ASCII whose case is varied. Each doubles the number of names.
const MAX_LETTERS: usize = 6;

/// One name for all names of an object.
pub(super) fn canonical(path: &str) -> String {
    let lower: String = path.chars().map(|c| other_case(c, char::is_uppercase).unwrap_or(c)).collect();
    let lower = lower.strip_suffix(UNNAMED_STREAM).unwrap_or(&lower);
    let viewed = VIEWS.iter().find_map(|(view, key)| Some((lower.strip_prefix(view)?, key)));
    viewed.map_or_else(|| lower.to_owned(), |(rest, key)| format!("{key}{rest}"))
}

/// The other names of an object, as far as a comparison that ignores the case of ASCII letters tells them apart.
pub(super) fn others(path: &str) -> Vec<String> {
    let lower = path.to_ascii_lowercase();
    let views = VIEWS.iter().flat_map(|(one, other)| [(one, other), (other, one)]);
    let mut names: Vec<String> =
        views.filter_map(|(from, to)| Some(format!("{to}{}", lower.strip_prefix(from)?))).collect();
    if !lower.starts_with("hk") {
        names.push(match lower.strip_suffix(UNNAMED_STREAM) {
            Some(file) => file.to_owned(),
            None => format!("{lower}{UNNAMED_STREAM}"),
        });
    }
    names.extend(in_other_case(&lower));
    names
}

/// The names that differ in the case of letters beyond ASCII.
fn in_other_case(path: &str) -> Vec<String> {
    let cased = |c: char| {
        !c.is_ascii()
            && (other_case(c, char::is_uppercase).is_some() || other_case(c, char::is_lowercase).is_some())
    };
    let count = path.chars().filter(|c| cased(*c)).count();
    if count == 0 || count > MAX_LETTERS {
        return Vec::new();
    }
    let variant = |bits: usize| {
        let mut letter = 0;
        path.chars()
            .map(|c| {
                if !cased(c) {
                    return c;
                }
                letter += 1;
                let changed = bits >> (letter - 1) & 1 == 1;
                let other = other_case(c, char::is_uppercase).or_else(|| other_case(c, char::is_lowercase));
                other.filter(|_| changed).unwrap_or(c)
            })
            .collect()
    };
    (1..1 << count).map(variant).collect()
}

/// A letter in the other case, if `is_of` holds of it and the other case is one letter too.
fn other_case(c: char, is_of: fn(char) -> bool) -> Option<char> {
    let single =
        |mut letters: Box<dyn Iterator<Item = char>>| letters.next().filter(|_| letters.next().is_none());
    let other = if c.is_uppercase() {
        single(Box::new(c.to_lowercase()))
    } else {
        single(Box::new(c.to_uppercase()))
    };
    other.filter(|other| *other != c && is_of(c))
}

#[cfg(test)]
mod tests {
    use super::{canonical, others};

    #[test]
    fn one_object_has_one_canonical_name() {
        for (one, other) in [
            (r"HKCR\CLSID\{1}", r"HKLM\SOFTWARE\Classes\CLSID\{1}"),
            (r"HKU\S-1-5-18\Software\A", r"HKU\.DEFAULT\software\a"),
            (r"C:\Windows\a.dll", r"c:\windows\A.DLL::$DATA"),
            (r"C:\Ämter\É.xml", r"C:\ämter\é.XML"),
        ] {
            assert_eq!(canonical(one), canonical(other), "{one}");
            let is_reached = |name: &String| name.eq_ignore_ascii_case(other);
            assert!(others(one).iter().any(is_reached), "{one}: {:?}", others(one));
        }
    }

    #[test]
    fn other_objects_have_other_names() {
        for (one, other) in [
            (r"HKCU\Software\Classes\A", r"HKLM\SOFTWARE\Classes\A"),
            (r"HKU\S-1-5-19\A", r"HKU\.DEFAULT\A"),
            (r"C:\a.dll:Zone.Identifier", r"C:\a.dll"),
            (r"C:\Maße", r"C:\MASSE"),
            (r"C:\Öl", r"C:\Ol"),
        ] {
            assert_ne!(canonical(one), canonical(other), "{one}");
        }
    }
}
