//! The closed lists of words. The order of each is part of the buffer format: append only.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strict::words_only;

/// The words of `role` that matter to the model. Others are sent as `other`. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of WAI-ARIA")]
pub enum Role {
    Other,
    Alert,
    Alertdialog,
    Banner,
    Button,
    Checkbox,
    Combobox,
    Dialog,
    Form,
    Grid,
    Gridcell,
    Heading,
    Img,
    Link,
    List,
    Listbox,
    Listitem,
    Main,
    Menu,
    Menubar,
    Menuitem,
    Menuitemcheckbox,
    Menuitemradio,
    Navigation,
    Option,
    Presentation,
    Progressbar,
    Radio,
    Radiogroup,
    Region,
    Row,
    Search,
    Searchbox,
    Slider,
    Spinbutton,
    Switch,
    Tab,
    Table,
    Tablist,
    Tabpanel,
    Textbox,
    Toolbar,
    Tooltip,
    Tree,
    Treeitem,
}

/// `type` of an input, and the other elements that take input. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of HTML")]
pub enum FieldType {
    Other,
    Button,
    Checkbox,
    Color,
    Contenteditable,
    Date,
    DatetimeLocal,
    Email,
    File,
    Hidden,
    Image,
    Month,
    Number,
    Password,
    Radio,
    Range,
    Reset,
    Search,
    Select,
    Submit,
    Tel,
    Text,
    Textarea,
    Time,
    Url,
    Week,
}

/// The last token of `autocomplete`. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of HTML")]
pub enum Autocomplete {
    Other,
    On,
    Off,
    Name,
    HonorificPrefix,
    GivenName,
    AdditionalName,
    FamilyName,
    HonorificSuffix,
    Nickname,
    Username,
    NewPassword,
    CurrentPassword,
    OneTimeCode,
    OrganizationTitle,
    Organization,
    StreetAddress,
    #[serde(rename = "address-line1")]
    AddressLine1,
    #[serde(rename = "address-line2")]
    AddressLine2,
    #[serde(rename = "address-line3")]
    AddressLine3,
    #[serde(rename = "address-level1")]
    AddressLevel1,
    #[serde(rename = "address-level2")]
    AddressLevel2,
    #[serde(rename = "address-level3")]
    AddressLevel3,
    #[serde(rename = "address-level4")]
    AddressLevel4,
    Country,
    CountryName,
    PostalCode,
    CcName,
    CcNumber,
    CcExp,
    CcExpMonth,
    CcExpYear,
    CcCsc,
    CcType,
    TransactionAmount,
    Language,
    Bday,
    BdayDay,
    BdayMonth,
    BdayYear,
    Sex,
    Url,
    Photo,
    Tel,
    TelNational,
    Email,
}

impl Autocomplete {
    pub(super) const fn is_of_secret(self) -> bool {
        matches!(
            self,
            Self::NewPassword
                | Self::CurrentPassword
                | Self::OneTimeCode
                | Self::CcName
                | Self::CcNumber
                | Self::CcExp
                | Self::CcExpMonth
                | Self::CcExpYear
                | Self::CcCsc
                | Self::CcType
        )
    }
}

/// Declares closed lists of words. The order is part of the buffer format: append only.
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident($case:literal) { $($(#[$inner:meta])* $variant:ident),+ $(,)? })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
            #[serde(remote = "Self", rename_all = $case)]
            #[expect(missing_docs, reason = "each word says itself what it means")]
            pub enum $name { $($(#[$inner])* $variant,)+ }
        )+
    };
}

words! {
    /// How a page came to be shown. Append only.
    pub enum PageCause("snake_case") { Load, Reload, Back, Push, Replace, Pop, Hash }

    /// A key that writes no character. Append only.
    pub enum NamedKey("PascalCase") {
        Enter, Tab, Escape, Backspace, Delete, ArrowUp, ArrowDown, ArrowLeft, ArrowRight, Home, End, PageUp, PageDown,
        F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12,
        /// A shortcut: control or meta with a character that is not told.
        Shortcut, Copy, Cut, Paste, Undo, Redo, Find, Save, Print,
    }

    /// An HTTP method. Append only.
    pub enum Method("UPPERCASE") { Get, Post, Put, Patch, Delete, Head, Options, Other }

    /// A script error's type. Append only.
    pub enum ErrorName("PascalCase") {
        Error, TypeError, ReferenceError, SyntaxError, RangeError, EvalError, #[serde(rename = "URIError")] UriError, AggregateError,
        AbortError, DataError, EncodingError, InvalidAccessError, InvalidStateError, NetworkError, NotAllowedError, NotFoundError,
        NotReadableError, NotSupportedError, OperationError, QuotaExceededError, SecurityError, TimeoutError, ChunkLoadError, Other,
    }

    /// Why a session ended. Append only.
    pub enum EndReason("snake_case") { Unload, Stopped, OptOut, Timeout }

    /// A kind of device. Append only.
    pub enum Device("lowercase") { Desktop, Mobile, Tablet, Other }

    /// A browser's family. Append only.
    pub enum Browser("lowercase") { Chrome, Edge, Firefox, Safari, Opera, Samsung, Other }

    /// An operating system. Append only.
    pub enum Os("lowercase") { Windows, Macos, Linux, Android, Ios, Chromeos, Other }
}

/// A mouse button. Append only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum Button {
    /// The first, and a touch.
    #[default]
    Left,
    /// The wheel.
    Middle,
    /// The second.
    Right,
}

words_only!(
    Role,
    FieldType,
    Autocomplete,
    Button,
    PageCause,
    NamedKey,
    Method,
    ErrorName,
    EndReason,
    Device,
    Browser,
    Os
);
