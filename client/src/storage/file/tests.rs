use std::fs;

use tempfile::TempDir;

use super::*;

fn folder() -> (TempDir, FileStorage) {
    let folder = tempfile::tempdir().unwrap();
    let storage = FileStorage::new(folder.path().join("new").join("cache.json"));
    (folder, storage)
}

fn write(storage: &FileStorage, text: &str) -> Updated {
    let bytes = Zeroizing::new(text.as_bytes().to_vec());
    storage.update(&mut |_| Edit { set_aside: false, write: Some(bytes.clone()) }).unwrap()
}

fn read(storage: &FileStorage) -> Option<String> {
    storage.read().unwrap().bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn what_is_written_is_read_and_has_a_state_of_its_own() {
    let (_folder, storage) = folder();
    assert_eq!(read(&storage), None);
    let nothing = storage.revision().unwrap();
    assert!(nothing.is_some());
    let mut last = nothing;
    for text in ["one", "two", "three"] {
        let updated = write(&storage, text);
        assert_eq!(read(&storage).as_deref(), Some(text));
        assert_eq!(storage.revision().unwrap(), updated.revision);
        assert_eq!(storage.read().unwrap().revision, updated.revision);
        assert_ne!(updated.revision, last);
        last = updated.revision;
    }
}

#[test]
fn an_edit_sees_what_is_there_and_may_leave_it() {
    let (_folder, storage) = folder();
    let first = write(&storage, "one");
    let mut seen = None;
    let updated = storage.update(&mut |bytes| {
        seen = bytes.map(<[u8]>::to_vec);
        Edit::default()
    });
    assert_eq!(seen.as_deref(), Some(b"one".as_slice()));
    assert_eq!(updated.unwrap().revision, first.revision);
}

#[test]
fn damaged_files_are_kept_each_under_its_own_name() {
    let (_folder, storage) = folder();
    for (number, text) in [(1, "broken"), (2, "broken again")] {
        write(&storage, text);
        let updated = storage.update(&mut |_| Edit { set_aside: true, write: None }).unwrap();
        let aside = beside(storage.path(), &format!(".damaged-{number}"));
        assert_eq!(fs::read_to_string(&aside).unwrap(), text);
        assert!(updated.warnings[0].contains(aside.to_str().unwrap()), "{:?}", updated.warnings);
        assert_eq!(read(&storage), None);
        assert_eq!(updated.revision, storage.revision().unwrap());
    }
}

#[test]
fn what_a_killed_process_was_writing_goes_with_the_next_change_and_nothing_else() {
    let (_folder, storage) = folder();
    write(&storage, "one");
    let beside = |name: &str| storage.path().with_file_name(name);
    let others = [".cache.json.abc.part", ".cache.json.abcdef", ".other.json.abcdef.part", "cache.json.abcdef.part"];
    for name in others.iter().chain(&[".cache.json.abcdef.part"]) {
        fs::write(beside(name), "half").unwrap();
    }
    write(&storage, "two");
    assert!(!beside(".cache.json.abcdef.part").exists());
    assert!(others.iter().all(|name| beside(name).exists()));
}

#[test]
fn a_lock_that_is_held_is_waited_for_and_not_for_ever() {
    let (_folder, storage) = folder();
    write(&storage, "one");
    let lock = beside(storage.path(), ".lock");
    let held = File::open(&lock).unwrap();
    held.lock().unwrap();
    let hurried = storage.clone().patience(Duration::from_millis(20));
    let error = hurried.update(&mut |_| unreachable!("somebody else holds it")).unwrap_err().to_string();
    assert!(error.contains("cannot be written") && error.contains(lock.to_str().unwrap()), "{error}");
    assert!(error.ends_with("end the program that holds it, or name another file"), "{error}");

    let waiting = std::thread::spawn({
        let storage = storage.clone();
        move || write(&storage, "two")
    });
    drop(held);
    waiting.join().unwrap();
    assert_eq!(read(&storage).as_deref(), Some("two"));
}

#[test]
fn a_folder_in_its_place_is_an_error_that_names_it() {
    let (folder, _) = folder();
    let storage = FileStorage::new(folder.path());
    let error = storage.read().unwrap_err().to_string();
    assert!(error.contains(folder.path().to_str().unwrap()) && error.contains("no file"), "{error}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_may_read_it() {
        let (_folder, storage) = folder();
        write(&storage, "secret");
        assert_eq!(mode(storage.path()), 0o600);
        assert_eq!(mode(storage.path().parent().unwrap()), 0o700);
        assert_eq!(mode(&beside(storage.path(), ".lock")), 0o600);
        let names = fs::read_dir(storage.path().parent().unwrap()).unwrap().count();
        assert_eq!(names, 2, "nothing is left lying about");
    }

    #[test]
    fn a_file_that_others_may_read_is_closed_with_a_warning() {
        let (_folder, storage) = folder();
        write(&storage, "secret");
        fs::set_permissions(storage.path(), fs::Permissions::from_mode(0o644)).unwrap();
        let warnings = storage.read().unwrap().warnings;
        assert!(warnings[0].contains("mode 644") && warnings[0].contains(storage.path().to_str().unwrap()));
        assert_eq!(mode(storage.path()), 0o600);
        assert!(storage.read().unwrap().warnings.is_empty());
    }

    #[test]
    fn a_link_stays_a_link() {
        let (folder, storage) = folder();
        write(&storage, "old");
        let link = FileStorage::new(folder.path().join("link.json"));
        std::os::unix::fs::symlink(storage.path(), link.path()).unwrap();
        write(&link, "new");
        assert_eq!(read(&storage).as_deref(), Some("new"));
        assert!(fs::symlink_metadata(link.path()).unwrap().is_symlink());
    }
}

/// Everything in a folder: names, sizes and modes.
#[cfg(unix)]
fn listing(folder: &Path) -> Vec<(OsString, u64, u32)> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            (entry.file_name(), metadata.len(), metadata.permissions().mode())
        })
        .collect();
    all.sort();
    all
}

#[cfg(unix)]
#[test]
fn an_examination_tells_and_leaves_everything_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, storage) = folder();
    assert_eq!(storage.examine().unwrap().bytes, None);
    assert!(listing(folder.path()).is_empty(), "no folder was made");
    write(&storage, "{}");
    fs::set_permissions(storage.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let before = listing(storage.path().parent().unwrap());
    let found = storage.examine().unwrap();
    assert_eq!(found.bytes.unwrap().as_slice(), b"{}");
    assert!(found.warnings[0].contains("mode 644"), "{:?}", found.warnings);
    assert_eq!(listing(storage.path().parent().unwrap()), before);
}

#[test]
fn an_examination_finds_what_would_keep_a_change_from_being_made() {
    let (_folder, storage) = folder();
    let lock = beside(storage.path(), ".lock");
    fs::create_dir_all(&lock).unwrap();
    let told = storage.examine().unwrap_err().to_string();
    assert!(told.contains("cannot be locked") && told.contains(lock.to_str().unwrap()), "{told}");
    // Even the superuser makes no files there.
    #[cfg(target_os = "linux")]
    {
        let told = FileStorage::new("/proc/new/cache.json").examine().unwrap_err().to_string();
        assert!(told.contains("cannot be written (in /proc: "), "{told}");
    }
}
