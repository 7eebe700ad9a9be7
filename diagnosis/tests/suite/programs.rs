//! A program that servicing ran failed, and the log has its own words.

use crate::outcomes::{Rows, WRITE, installer};

const READ: &str = "Desired Access: Generic Read, Disposition: Open, Options: Synchronous IO Non-Alert, Attributes: n/a, \
    ShareMode: Read, AllocationSize: n/a";
const DATABASE: &str = r"C:\ProgramData\Microsoft\Windows\Provisioning\5edf3.db";
const CONFIG: &str = r"C:\Windows\System32\lodctr.exe.config";

/// A CBS.log in which a program ended with a code and wrote something.
fn failed(exit_code: u32, output: &str) -> String {
    let length = output.chars().count();
    let words = format!(
        "Done with generic command 2; CreateProcess returned 0, CPAW returned S_OK\n    Process exit code {exit_code} \
         (0x{exit_code:08x}) resulted in success? FALSE\n    Process output: [l:{length} [{length}]\"{output}\"][gle=0x80004005]"
    );
    installer(&words, 14109).replace("MOF Installer", "Generic Command")
}

fn ended(mut rows: Rows, exit_code: u32) -> Rows {
    let ends = format!("Exit Status: {exit_code}, User Time: 0.0 seconds");
    rows.add("lodctr.exe", 700, "Process Exit", "", "SUCCESS", &ends);
    rows
}

#[test]
fn its_words_name_the_file_in_any_language() {
    let judged = |path: &str| {
        let mut rows = Rows::new();
        rows.add("lodctr.exe", 700, "Process Start", "", "SUCCESS", "Parent PID: 600");
        for file in [r"C:\Windows\Panther\UnattendGC\setupact.log", DATABASE] {
            rows.add("lodctr.exe", 700, "CreateFile", file, "ACCESS DENIED", WRITE);
        }
        let output = format!("Der Zugriff auf den Pfad '{path}' wurde verweigert.");
        ended(rows, 1).noted().judged_at(DATABASE, Some(&failed(1, &output)))
    };
    assert_eq!(judged(DATABASE), (true, vec![]));
    assert!(!judged(r"C:\ProgramData\Microsoft\Windows\Provisioning\other.db").0);
}

#[test]
fn what_it_only_looked_for_is_not_why_it_failed_unless_its_words_say_so() {
    let judged = |output: &str| {
        let mut rows = Rows::new();
        rows.add("lodctr.exe", 700, "Process Start", "", "SUCCESS", "Parent PID: 600");
        rows.add("lodctr.exe", 700, "CreateFile", CONFIG, "NAME NOT FOUND", READ);
        ended(rows, 2).noted().judged_at(CONFIG, Some(&failed(2, output)))
    };
    assert_eq!(judged("Could not find component ms_server2."), (false, vec!["other-object"]));
    for output in [
        "lodctr.exe.config is not there.",
        "Error: The system cannot find the file specified.",
        "系统找不到指定的文件。",
    ] {
        assert_eq!(judged(output), (true, vec![]), "{output}");
    }
}
