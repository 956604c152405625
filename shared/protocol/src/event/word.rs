//! The closed lists of words. The order of each is part of the buffer format: append only.

use schemars::JsonSchema;

use crate::strict::wire_words;

wire_words! {
    /// The words of `role` that matter to the model. Others are sent as `other`. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "the words of WAI-ARIA")]
    pub enum Role {
        Other = "other",
        Alert = "alert",
        Alertdialog = "alertdialog",
        Banner = "banner",
        Button = "button",
        Checkbox = "checkbox",
        Combobox = "combobox",
        Dialog = "dialog",
        Form = "form",
        Grid = "grid",
        Gridcell = "gridcell",
        Heading = "heading",
        Img = "img",
        Link = "link",
        List = "list",
        Listbox = "listbox",
        Listitem = "listitem",
        Main = "main",
        Menu = "menu",
        Menubar = "menubar",
        Menuitem = "menuitem",
        Menuitemcheckbox = "menuitemcheckbox",
        Menuitemradio = "menuitemradio",
        Navigation = "navigation",
        Option = "option",
        Presentation = "presentation",
        Progressbar = "progressbar",
        Radio = "radio",
        Radiogroup = "radiogroup",
        Region = "region",
        Row = "row",
        Search = "search",
        Searchbox = "searchbox",
        Slider = "slider",
        Spinbutton = "spinbutton",
        Switch = "switch",
        Tab = "tab",
        Table = "table",
        Tablist = "tablist",
        Tabpanel = "tabpanel",
        Textbox = "textbox",
        Toolbar = "toolbar",
        Tooltip = "tooltip",
        Tree = "tree",
        Treeitem = "treeitem",
    }
}

wire_words! {
    /// `type` of an input, and the other elements that take input. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "the words of HTML")]
    pub enum FieldType {
        Other = "other",
        Button = "button",
        Checkbox = "checkbox",
        Color = "color",
        Contenteditable = "contenteditable",
        Date = "date",
        DatetimeLocal = "datetime-local",
        Email = "email",
        File = "file",
        Hidden = "hidden",
        Image = "image",
        Month = "month",
        Number = "number",
        Password = "password",
        Radio = "radio",
        Range = "range",
        Reset = "reset",
        Search = "search",
        Select = "select",
        Submit = "submit",
        Tel = "tel",
        Text = "text",
        Textarea = "textarea",
        Time = "time",
        Url = "url",
        Week = "week",
    }
}

wire_words! {
    /// The last token of `autocomplete`. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "the words of HTML")]
    pub enum Autocomplete {
        Other = "other",
        On = "on",
        Off = "off",
        Name = "name",
        HonorificPrefix = "honorific-prefix",
        GivenName = "given-name",
        AdditionalName = "additional-name",
        FamilyName = "family-name",
        HonorificSuffix = "honorific-suffix",
        Nickname = "nickname",
        Username = "username",
        NewPassword = "new-password",
        CurrentPassword = "current-password",
        OneTimeCode = "one-time-code",
        OrganizationTitle = "organization-title",
        Organization = "organization",
        StreetAddress = "street-address",
        AddressLine1 = "address-line1",
        AddressLine2 = "address-line2",
        AddressLine3 = "address-line3",
        AddressLevel1 = "address-level1",
        AddressLevel2 = "address-level2",
        AddressLevel3 = "address-level3",
        AddressLevel4 = "address-level4",
        Country = "country",
        CountryName = "country-name",
        PostalCode = "postal-code",
        CcName = "cc-name",
        CcNumber = "cc-number",
        CcExp = "cc-exp",
        CcExpMonth = "cc-exp-month",
        CcExpYear = "cc-exp-year",
        CcCsc = "cc-csc",
        CcType = "cc-type",
        TransactionAmount = "transaction-amount",
        Language = "language",
        Bday = "bday",
        BdayDay = "bday-day",
        BdayMonth = "bday-month",
        BdayYear = "bday-year",
        Sex = "sex",
        Url = "url",
        Photo = "photo",
        Tel = "tel",
        TelNational = "tel-national",
        Email = "email",
    }
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

wire_words! {
    /// How a page came to be shown. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum PageCause {
        Load = "load",
        Reload = "reload",
        Back = "back",
        Push = "push",
        Replace = "replace",
        Pop = "pop",
        Hash = "hash",
    }

    /// A key that writes no character. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum NamedKey {
        Enter = "Enter",
        Tab = "Tab",
        Escape = "Escape",
        Backspace = "Backspace",
        Delete = "Delete",
        ArrowUp = "ArrowUp",
        ArrowDown = "ArrowDown",
        ArrowLeft = "ArrowLeft",
        ArrowRight = "ArrowRight",
        Home = "Home",
        End = "End",
        PageUp = "PageUp",
        PageDown = "PageDown",
        F1 = "F1",
        F2 = "F2",
        F3 = "F3",
        F4 = "F4",
        F5 = "F5",
        F6 = "F6",
        F7 = "F7",
        F8 = "F8",
        F9 = "F9",
        F10 = "F10",
        F11 = "F11",
        F12 = "F12",
        /// A shortcut: control or meta with a character that is not sent.
        Shortcut = "Shortcut",
        Copy = "Copy",
        Cut = "Cut",
        Paste = "Paste",
        Undo = "Undo",
        Redo = "Redo",
        Find = "Find",
        Save = "Save",
        Print = "Print",
    }

    /// An HTTP method. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum Method {
        Get = "GET",
        Post = "POST",
        Put = "PUT",
        Patch = "PATCH",
        Delete = "DELETE",
        Head = "HEAD",
        Options = "OPTIONS",
        Other = "OTHER",
    }

    /// A script error's type. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum ErrorName {
        Error = "Error",
        TypeError = "TypeError",
        ReferenceError = "ReferenceError",
        SyntaxError = "SyntaxError",
        RangeError = "RangeError",
        EvalError = "EvalError",
        UriError = "URIError",
        AggregateError = "AggregateError",
        AbortError = "AbortError",
        DataError = "DataError",
        EncodingError = "EncodingError",
        InvalidAccessError = "InvalidAccessError",
        InvalidStateError = "InvalidStateError",
        NetworkError = "NetworkError",
        NotAllowedError = "NotAllowedError",
        NotFoundError = "NotFoundError",
        NotReadableError = "NotReadableError",
        NotSupportedError = "NotSupportedError",
        OperationError = "OperationError",
        QuotaExceededError = "QuotaExceededError",
        SecurityError = "SecurityError",
        TimeoutError = "TimeoutError",
        ChunkLoadError = "ChunkLoadError",
        Other = "Other",
    }

    /// Why a session ended. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum EndReason {
        Unload = "unload",
        Stopped = "stopped",
        OptOut = "opt_out",
        Timeout = "timeout",
    }

    /// A kind of device. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum Device {
        Desktop = "desktop",
        Mobile = "mobile",
        Tablet = "tablet",
        Other = "other",
    }

    /// A browser's family. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum Browser {
        Chrome = "chrome",
        Edge = "edge",
        Firefox = "firefox",
        Safari = "safari",
        Opera = "opera",
        Samsung = "samsung",
        Other = "other",
    }

    /// An operating system. Append only.
    #[derive(JsonSchema)]
    #[expect(missing_docs, reason = "each word says itself what it means")]
    pub enum Os {
        Windows = "windows",
        Macos = "macos",
        Linux = "linux",
        Android = "android",
        Ios = "ios",
        Chromeos = "chromeos",
        Other = "other",
    }
}

wire_words! {
    /// A mouse button. Append only.
    #[derive(Default, JsonSchema)]
    pub enum Button {
        /// The first, and a touch.
        #[default]
        Left = "left",
        /// The wheel, pressed like a button.
        Middle = "middle",
        /// The second, which opens a menu.
        Right = "right",
    }
}
