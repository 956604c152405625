//! The data folder: made private, held by one process, and refused where it is not ours.
//!
//! ```text
//! .testgram/
//!   format      the version of this layout
//!   lock        held by the process that uses the folder
//!   dynamodb/   the tables (SQLite)
//!   s3/         one folder per bucket
//! ```

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The layout that this program reads and writes. Raised when an older program could not read the folder.
const FORMAT: &str = "1";

const FORMAT_FILE: &str = "format";
const FORMAT_DRAFT: &str = "format.new";
const LOCK_FILE: &str = "lock";

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another process holds the lock of this folder.
    #[error("the data folder {0} is in use by another tg")]
    InUse(PathBuf),
    /// It cannot be made, read or written.
    #[error("the data folder {path} cannot be used: {source}")]
    Unreadable {
        /// The data folder, as it was given.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// It holds something else than our data.
    #[error("{0} holds files, but no data of tg")]
    Foreign(PathBuf),
    /// Another version of this program wrote it.
    #[error("the data folder {path} has format {found}, this tg knows format {FORMAT}")]
    Format {
        /// The data folder, as it was given.
        path: PathBuf,
        /// What its `format` file says, cut short.
        found: String,
    },
}

/// A data folder that this process holds until the value is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// The lock goes with the file: also when the process is killed.
    _lock: File,
}

impl DataFolder {
    /// Makes or opens a data folder and takes its lock.
    ///
    /// # Errors
    /// `InUse` when another process holds it, `Unreadable` when the system refuses, `Foreign` or `Format` when
    /// it is not ours. A folder that is not ours is left as it is.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let unreadable = |source| DataError::Unreadable {
            path: path.to_owned(),
            source,
        };
        make_private(path).map_err(unreadable)?;
        if is_foreign(path).map_err(unreadable)? {
            return Err(DataError::Foreign(path.to_owned()));
        }
        let lock = take_lock(path)?;
        check_format(path)?;
        fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(unreadable)?;
        let folder = Self {
            path: path.canonicalize().map_err(unreadable)?,
            _lock: lock,
        };
        for part in [folder.dynamodb(), folder.s3()] {
            make_private(&part).map_err(unreadable)?;
        }
        Ok(folder)
    }

    /// The folder itself, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the tables: one SQLite file.
    pub fn dynamodb(&self) -> PathBuf {
        self.path.join("dynamodb")
    }

    /// The folder of the buckets, each a folder in it.
    pub fn s3(&self) -> PathBuf {
        self.path.join("s3")
    }
}

fn make_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// A folder is ours when it says its format, and may become ours when it is empty, or when a start was cut short before
/// the format was written.
fn is_foreign(path: &Path) -> io::Result<bool> {
    if path.join(FORMAT_FILE).try_exists()? {
        return Ok(false);
    }
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        if name != LOCK_FILE && name != FORMAT_DRAFT {
            return Ok(true);
        }
    }
    Ok(false)
}

fn take_lock(path: &Path) -> Result<File, DataError> {
    let unreadable = |source| DataError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    let lock = options
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join(LOCK_FILE))
        .map_err(unreadable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(DataError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(unreadable(source)),
    }
}

/// Under the lock: reads the format, or writes it whole into a new folder.
fn check_format(path: &Path) -> Result<(), DataError> {
    let unreadable = |source| DataError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = path.join(FORMAT_FILE);
    match fs::read(&file) {
        Ok(found) => {
            let found = String::from_utf8_lossy(&found);
            if found.trim() == FORMAT {
                return Ok(());
            }
            Err(DataError::Format {
                path: path.to_owned(),
                found: found.trim().chars().take(20).collect(),
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let draft = path.join(FORMAT_DRAFT);
            fs::write(&draft, format!("{FORMAT}\n")).map_err(unreadable)?;
            fs::rename(&draft, &file).map_err(unreadable)
        }
        Err(error) => Err(unreadable(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fresh path below the system's temporary folder, removed at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("tg-data-{:016x}", rand::random::<u64>())))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn a_new_folder_is_private_and_opens_again() {
        let scratch = Scratch::new();
        let path = scratch.0.join("deep/.testgram");
        let folder = DataFolder::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(folder.dynamodb().is_dir() && folder.s3().is_dir());
        drop(folder);
        DataFolder::open(&path).unwrap();
    }

    #[test]
    fn one_process_at_a_time() {
        let scratch = Scratch::new();
        let first = DataFolder::open(&scratch.0).unwrap();
        assert!(matches!(DataFolder::open(&scratch.0), Err(DataError::InUse(_))));
        drop(first);
        DataFolder::open(&scratch.0).unwrap();
    }

    #[test]
    fn a_foreign_folder_is_left_as_it_is() {
        let scratch = Scratch::new();
        fs::create_dir(&scratch.0).unwrap();
        fs::write(scratch.0.join("thesis.tex"), "x").unwrap();
        fs::set_permissions(&scratch.0, Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(DataFolder::open(&scratch.0), Err(DataError::Foreign(_))));
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1);
        assert_eq!(fs::metadata(&scratch.0).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn another_format_is_refused() {
        let scratch = Scratch::new();
        drop(DataFolder::open(&scratch.0).unwrap());
        fs::write(scratch.0.join(FORMAT_FILE), "2\n").unwrap();
        let error = DataFolder::open(&scratch.0).unwrap_err();
        assert!(
            matches!(&error, DataError::Format { found, .. } if found == "2"),
            "{error}"
        );
    }

    #[test]
    fn a_start_that_was_cut_short_is_taken_up() {
        let scratch = Scratch::new();
        fs::create_dir(&scratch.0).unwrap();
        fs::write(scratch.0.join(LOCK_FILE), "").unwrap();
        fs::write(scratch.0.join(FORMAT_DRAFT), "").unwrap();
        DataFolder::open(&scratch.0).unwrap();
    }

    #[test]
    fn a_file_is_no_folder() {
        let scratch = Scratch::new();
        fs::write(&scratch.0, "x").unwrap();
        assert!(matches!(
            DataFolder::open(&scratch.0),
            Err(DataError::Unreadable { .. })
        ));
        fs::remove_file(&scratch.0).unwrap();
    }
}
