//! What a server's commands mean to a publisher, without regard to the state of the session. The words a server gives are
//! cleaned here: cut to a sentence, freed of control characters and of the stream key.

use crate::{amf0::Value, declared::Declared};

/// Longest text of a server that is shown.
const MAX_WORDS: usize = 300;

/// One command of a server.
#[derive(Debug, PartialEq)]
pub enum Reply {
    /// `_result` of one of our commands.
    Result {
        /// Our transaction.
        transaction: f64,
        /// The number that `createStream` answers with.
        number: Option<f64>,
        /// The information object's code, such as `NetConnection.Connect.Success`.
        status: Status,
        /// What the server says it takes, where this answers `connect`.
        declared: Declared,
    },
    /// `_error` of one of our commands.
    Error {
        /// Our transaction.
        transaction: f64,
        /// What it said.
        status: Status,
    },
    /// `onStatus`.
    Status(Status),
    /// `close`: the server is about to hang up.
    Close,
    /// Anything else; nothing we act on.
    Other,
}

/// An information object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// `status`, `warning` or `error`.
    pub level: String,
    /// A dotted name.
    pub code: String,
    /// A sentence for people.
    pub description: String,
    /// Where to go on, in a request to reconnect.
    pub tc_url: String,
}

impl Status {
    fn read(values: &[Value]) -> Self {
        let field = |name| {
            let found = values.iter().find_map(|v| v.get(name)?.text());
            found.unwrap_or_default().to_owned()
        };
        Self {
            level: field("level"),
            code: field("code"),
            description: field("description"),
            tc_url: field("tcUrl"),
        }
    }

    /// Whether it says that something failed.
    pub fn is_error(&self) -> bool {
        const FAILURES: [&str; 6] = [
            ".BadName",
            ".Rejected",
            ".Denied",
            ".Failed",
            ".InvalidApp",
            ".Unauthorized",
        ];
        self.level == "error" || FAILURES.iter().any(|f| self.code.ends_with(f))
    }

    /// Whether somebody holds the key already. The words are those of nginx-rtmp, SRS, Wowza and Red5.
    pub fn says_busy(&self) -> bool {
        let d = self.description.to_lowercase();
        ["already", "busy", "in use"].iter().any(|w| d.contains(w))
    }

    /// Code and description for people, with the key as stars.
    pub fn words(&self, key: &str) -> String {
        let all = match (self.code.is_empty(), self.description.is_empty()) {
            (true, true) => "it gave no reason".to_owned(),
            (true, false) => self.description.clone(),
            (false, true) => self.code.clone(),
            (false, false) => format!("{}: {}", self.code, self.description),
        };
        clean(&all, key)
    }
}

/// Cuts a server's text to size and hides the key and its parts (the name and the query string) in it.
fn clean(text: &str, key: &str) -> String {
    let mut text = text.to_owned();
    let name = key.split('?').next().unwrap_or_default();
    for secret in [key, name] {
        // Shorter ones are ordinary words, such as a test's "a", and no secrets.
        if secret.len() >= 4 {
            text = text.replace(secret, "****");
        }
    }
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = printable.take(MAX_WORDS).collect();
    cut.trim().trim_end_matches('.').to_owned()
}

/// Reads a command.
pub fn read(values: &[Value]) -> Reply {
    let [name, rest @ ..] = values else {
        return Reply::Other;
    };
    let transaction = rest.first().and_then(Value::number).unwrap_or(0.0);
    let arguments = rest.get(1..).unwrap_or_default();
    match name.text() {
        Some("_result") => Reply::Result {
            transaction,
            number: arguments.iter().rev().find_map(Value::number),
            status: Status::read(arguments),
            declared: Declared::read(arguments),
        },
        Some("_error") => Reply::Error {
            transaction,
            status: Status::read(arguments),
        },
        Some("onStatus") => Reply::Status(Status::read(arguments)),
        Some("close") => Reply::Close,
        _ => Reply::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Value {
        Value::Text(s.into())
    }
    fn info(code: &str, description: &str) -> Value {
        let fields = [("level", "error"), ("code", code), ("description", description)];
        Value::Object(fields.map(|(n, v)| (n.to_owned(), text(v))).to_vec())
    }

    #[test]
    fn reads_results_errors_and_status() {
        let r = read(&[text("_result"), Value::Number(4.0), Value::Nothing, Value::Number(1.0)]);
        assert!(matches!(
            r,
            Reply::Result {
                transaction: 4.0,
                number: Some(1.0),
                ..
            }
        ));
        let r = read(&[text("_error"), Value::Number(1.0), Value::Nothing, info("C", "D")]);
        assert!(
            matches!(r, Reply::Error { transaction: 1.0, status } if status.words("") == "C: D" && status.is_error())
        );
        let r = read(&[text("onStatus"), Value::Number(0.0), Value::Nothing, info("C", "")]);
        assert!(matches!(r, Reply::Status(status) if status.words("") == "C"));
        for odd in [
            &[][..],
            &[Value::Nothing],
            &[text("onBWDone")],
            &[Value::Number(1.0), text("_error")],
        ] {
            assert_eq!(read(odd), Reply::Other);
        }
        assert!(
            matches!(read(&[text("_error")]), Reply::Error { transaction: 0.0, status } if status.words("") == "it gave no reason")
        );
    }

    #[test]
    fn words_are_short_clean_and_without_the_key() {
        let status = |description: &str| Status {
            description: description.to_owned(),
            ..Status::default()
        };
        let words = status("No stream live_1?tok=2 (live_1)\u{1b}[31m\r\nhere.").words("live_1?tok=2");
        assert_eq!(words, "No stream **** (****) [31m  here");
        assert_eq!(status(&"ä".repeat(1000)).words("k").chars().count(), MAX_WORDS);
        assert!(status("Stream is already publishing").says_busy());
        assert!(!status("Bad name").says_busy());
    }
}
