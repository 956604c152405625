//! Why a command failed: one exit code and one stable word for each reason, with a hint of what to do.

use serde_json::{Value, json};

use testgram_local::{data_folder::DataError, stack::StartError, stores::PrepareError, worlds::WorldsError};

/// The reasons, by exit code. Codes and words are never reused: scripts depend on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureReason {
    /// 1 `failed`: anything that has no code of its own.
    Failed,
    /// 2 `usage`: the arguments are not understood.
    Usage,
    /// 3 `port_in_use`: another program listens on the port.
    PortInUse,
    /// 4 `data_in_use`: another tg holds the data folder.
    DataInUse,
    /// 5 `data_unusable`: the data folder cannot be read or written, is not tg's, or has another format.
    DataUnusable,
    /// 6 `worlds_unusable`: the file of worlds cannot be read, is not one, or names a key that is taken.
    WorldsUnusable,
    /// 7 `no_stack`: no stack of Testgram answers at the endpoint.
    NoStack,
    /// 8 `no_such_world`: there is no world of that name.
    NoSuchWorld,
    /// 9 `no_model`: the world has no model yet.
    NoModel,
    /// 10 `input_unusable`: a file that was given cannot be read, or holds something else.
    InputUnusable,
    /// 11 `aws_unusable`: AWS cannot be used as the environment says: no region of the United States, no credentials,
    /// no answer, no right.
    AwsUnusable,
    /// 12 `key_taken`: another world has the key.
    KeyTaken,
    /// 13 `key_unusable`: a tenant's encryption key is disabled, or about to be deleted.
    KeyUnusable,
}

impl FailureReason {
    /// Every reason, by exit code.
    pub const ALL: [Self; 13] = [
        Self::Failed,
        Self::Usage,
        Self::PortInUse,
        Self::DataInUse,
        Self::DataUnusable,
        Self::WorldsUnusable,
        Self::NoStack,
        Self::NoSuchWorld,
        Self::NoModel,
        Self::InputUnusable,
        Self::AwsUnusable,
        Self::KeyTaken,
        Self::KeyUnusable,
    ];

    /// What the process exits with.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::PortInUse => 3,
            Self::DataInUse => 4,
            Self::DataUnusable => 5,
            Self::WorldsUnusable => 6,
            Self::NoStack => 7,
            Self::NoSuchWorld => 8,
            Self::NoModel => 9,
            Self::InputUnusable => 10,
            Self::AwsUnusable => 11,
            Self::KeyTaken => 12,
            Self::KeyUnusable => 13,
        }
    }

    /// The stable word in `error[<word>]`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::PortInUse => "port_in_use",
            Self::DataInUse => "data_in_use",
            Self::DataUnusable => "data_unusable",
            Self::WorldsUnusable => "worlds_unusable",
            Self::NoStack => "no_stack",
            Self::NoSuchWorld => "no_such_world",
            Self::NoModel => "no_model",
            Self::InputUnusable => "input_unusable",
            Self::AwsUnusable => "aws_unusable",
            Self::KeyTaken => "key_taken",
            Self::KeyUnusable => "key_unusable",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Failed => "run it again with TESTGRAM_LOG=debug",
            Self::Usage => "see tg --help, or tg <command> --help",
            Self::PortInUse => {
                "stop the other program, or choose other ports with --port and --aws-port (0 takes a free one)"
            }
            Self::DataInUse => "stop the other tg, or choose another folder with --data",
            Self::DataUnusable => "choose another folder with --data, or move this one away",
            Self::WorldsUnusable => {
                r#"the file is like [{"tenant": "acme", "world": "shop", "key": "shopkey", "settings": {}}]; docs/settings.md lists the settings"#
            }
            Self::NoStack => "start one with tg up (make up), or name its AWS endpoint with --aws",
            Self::NoSuchWorld => "a world is named tenant/world; the demo world is demo/demo",
            Self::NoModel => "tg archive and tg build make one, once at least k sessions are recorded",
            Self::InputUnusable => "see tg <command> --help for what the file is to hold",
            Self::AwsUnusable => {
                r#"set AWS_REGION, and credentials with eval "$(aws configure export-credentials --format env)"; docs/deploy.md lists what they must allow"#
            }
            Self::KeyTaken => "omit --key to generate one",
            Self::KeyUnusable => {
                "run aws kms enable-key or cancel-key-deletion; to give the key up, pause the world first: it can store nothing without its key"
            }
        }
    }
}

/// Why a command failed: the reason, and a message about this case. Every command returns it; `output` prints it.
#[derive(Debug)]
pub struct CommandFailure {
    reason: FailureReason,
    message: String,
}

impl CommandFailure {
    /// A failure for a reason, with a message that names the case.
    pub fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }

    /// Arguments that are not understood. clap's text begins with the fact and goes on with usage, which is the hint's.
    pub(super) fn usage(error: &clap::Error) -> Self {
        let text = error.to_string();
        let fact = text.lines().next().unwrap_or_default();
        Self::new(
            FailureReason::Usage,
            fact.strip_prefix("error: ").unwrap_or("no command was given"),
        )
    }

    /// The reason, which has the exit code.
    pub fn reason(&self) -> FailureReason {
        self.reason
    }

    /// For people: the error and a hint, a line each.
    pub(super) fn text(&self) -> String {
        format!(
            "error[{}]: {}\nhint: {}",
            self.reason.word(),
            self.message,
            self.reason.hint()
        )
    }

    /// For programs: one object with error, message, hint and exit_code.
    pub(super) fn json(&self) -> Value {
        json!({"error": self.reason.word(), "message": self.message, "hint": self.reason.hint(), "exit_code": self.reason.exit_code()})
    }
}

impl From<StartError> for CommandFailure {
    fn from(error: StartError) -> Self {
        let reason = match &error {
            StartError::PortInUse(_) => FailureReason::PortInUse,
            StartError::Data(DataError::InUse(_)) => FailureReason::DataInUse,
            StartError::Data(_) => FailureReason::DataUnusable,
            StartError::Prepare(PrepareError::Worlds(WorldsError::Store(..)) | PrepareError::Store(_))
            | StartError::Port { .. }
            | StartError::Aws(_) => FailureReason::Failed,
            StartError::Prepare(PrepareError::Worlds(_)) => FailureReason::WorldsUnusable,
        };
        Self::new(reason, error.to_string())
    }
}

impl From<WorldsError> for CommandFailure {
    fn from(error: WorldsError) -> Self {
        Self::new(FailureReason::WorldsUnusable, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The contract with scripts: a change here is a breaking change.
    #[test]
    fn codes_and_words_are_pinned() {
        let table: Vec<(u8, &str)> = FailureReason::ALL.iter().map(|r| (r.exit_code(), r.word())).collect();
        let pinned = [
            (1, "failed"),
            (2, "usage"),
            (3, "port_in_use"),
            (4, "data_in_use"),
            (5, "data_unusable"),
            (6, "worlds_unusable"),
            (7, "no_stack"),
            (8, "no_such_world"),
            (9, "no_model"),
            (10, "input_unusable"),
            (11, "aws_unusable"),
            (12, "key_taken"),
            (13, "key_unusable"),
        ];
        assert_eq!(table, pinned);
        assert_eq!(
            table.iter().map(|(_, word)| word).collect::<HashSet<_>>().len(),
            FailureReason::ALL.len()
        );
    }

    #[test]
    fn every_failure_is_said_in_both_forms() {
        for reason in FailureReason::ALL {
            let failure = CommandFailure::new(reason, "what happened");
            let text = failure.text();
            let (error, hint) = text.split_once('\n').unwrap();
            assert_eq!(error, format!("error[{}]: what happened", reason.word()));
            assert!(hint.starts_with("hint: ") && !hint.contains('\n'));
            let json = failure.json();
            assert_eq!(json["error"], reason.word());
            assert_eq!(json["exit_code"], reason.exit_code());
        }
    }
}
