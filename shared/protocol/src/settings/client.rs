//! What browsers get of a world's settings. Who may connect, agreements, quotas and what becomes of the data are not
//! theirs to know.

use serde::Serialize;

use super::number::Share;
use super::owner::{Settings, Storage};
use super::text::{Host, Name, Selector, UrlRule};
use crate::event::Kind;
use crate::id::{WorldKey, WorldSalt};

/// The version of this object. The snippet does nothing with another one than its own.
const VERSION: u8 = 1;

/// The settings that stand in the snippet as it is served. Every field is always there: the snippet takes a missing one
/// for a mistake and does nothing.
#[derive(Debug, Clone, Serialize)]
pub struct ClientSettings<'a> {
    v: u8,
    key: &'a str,
    socket: &'a str,
    salt: &'a str,
    off: &'a [Kind],
    digests: bool,
    labels: bool,
    storage: Storage,
    gpc: bool,
    dnt: bool,
    autostart: bool,
    sample: Share,
    mask: &'a [Selector],
    ignore: &'a [Selector],
    domains: &'a [Host],
    urls: &'a [UrlRule],
    sensitive: &'a [Name],
}

impl Settings {
    /// What the browsers of the world with this key and salt get, for the script function to put into the snippet.
    /// `socket` is where they connect, without the query.
    #[must_use]
    pub fn for_client<'a>(&'a self, key: &'a WorldKey, socket: &'a str, salt: &'a WorldSalt) -> ClientSettings<'a> {
        ClientSettings {
            v: VERSION,
            key: key.expose(),
            socket,
            salt: salt.expose(),
            off: self.off.items(),
            digests: self.digests,
            labels: self.labels,
            storage: self.storage,
            gpc: self.gpc,
            dnt: self.dnt,
            autostart: self.autostart,
            sample: self.sample,
            mask: self.masked.items(),
            ignore: self.ignored.items(),
            domains: self.ignored_domains.items(),
            urls: self.url_rules.items(),
            sensitive: self.sensitive.items(),
        }
    }
}

impl ClientSettings<'_> {
    /// As a JavaScript expression: JSON, without what could end a script element or, in older engines, a line.
    #[must_use]
    pub fn to_script(&self) -> String {
        // It cannot fail: there is no map in it, and no number but a share. If it did, the snippet would find no
        // settings and do nothing.
        let json = serde_json::to_string(self).unwrap_or_else(|_| "null".to_owned());
        json.replace('<', "\\u003c")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029")
    }
}
