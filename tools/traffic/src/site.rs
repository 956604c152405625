//! Synthetic sites, read from `sites/*.site`. One line says one thing:
//!
//! ```text
//! spa                                  pages are shown by the page's own router
//! everywhere                           what follows stands on every page
//! page /products/:id                   what follows stands on this page
//! el SELECTOR @ PATH -> TARGET         a control; TARGET is a page, `METHOD url` of an API, or left out
//! form SELECTOR @ PATH -> TARGET       a form; TARGET is where it goes
//! field SELECTOR @ PATH = KIND         a field of that form and the kind of its values
//! submit SELECTOR @ PATH               its button
//! load METHOD url                      an API that the page calls when shown
//! api METHOD url STATUS REQUEST => RESPONSE     an API; shapes as key trees, `-` for none
//! error NAME SCRIPT MESSAGE            a script error
//! custom NAME                          an event that the site names itself
//! ```
//!
//! A selector is `tag#id.class.class{name=…}{type=…}{testid=…}{autocomplete=…}{for=…}{role=…}`. `:*` in a path is a place in a list.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use testgram_protocol::limits::PATH_STEPS;
use testgram_protocol::privacy::error;

/// A synthetic site.
#[derive(Debug, Default)]
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) spa: bool,
    pub(crate) everywhere: Page,
    pub(crate) pages: Vec<Page>,
    pub(crate) apis: Vec<Api>,
    pub(crate) errors: Vec<ScriptError>,
    pub(crate) customs: Vec<&'static str>,
}

#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) url: &'static str,
    pub(crate) controls: Vec<Control>,
    pub(crate) forms: Vec<Form>,
    pub(crate) loads: Vec<&'static str>,
}

#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) element: Element,
    pub(crate) target: Option<&'static str>,
}

#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) element: Element,
    pub(crate) target: Option<&'static str>,
    pub(crate) fields: Vec<Field>,
    pub(crate) submit: Option<Element>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) element: Element,
    pub(crate) kind: &'static str,
}

/// An element as the snippet would tell of it, but for the places in lists.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) fields: Map<String, Value>,
    pub(crate) path: &'static str,
    /// Where it stands, as fractions of the viewport.
    pub(crate) at: (f64, f64),
}

#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) call: &'static str,
    pub(crate) method: &'static str,
    pub(crate) url: &'static str,
    pub(crate) status: u16,
    pub(crate) request: Option<Value>,
    pub(crate) response: Option<Value>,
}

#[derive(Debug)]
pub(crate) struct ScriptError {
    pub(crate) name: &'static str,
    pub(crate) script: &'static str,
    pub(crate) message: String,
}

impl Site {
    /// Reads a site, and names the lines that it could not read.
    pub(crate) fn read(name: &'static str, text: &'static str) -> (Self, Vec<&'static str>) {
        let mut site = Self {
            name,
            ..Self::default()
        };
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("# "));
        let unread = lines.filter(|line| site.take(line).is_none()).collect();
        (site, unread)
    }

    fn take(&mut self, line: &'static str) -> Option<()> {
        let (keyword, rest) = line.split_once(' ').unwrap_or((line, ""));
        match keyword {
            "spa" => self.spa = true,
            "everywhere" => {}
            "page" => self.pages.push(Page {
                url: rest,
                ..Page::default()
            }),
            "api" => self.apis.push(api(rest)?),
            "error" => self.errors.push(script_error(rest)?),
            "custom" => self.customs.push(rest),
            _ => {
                let name = self.name;
                self.pages
                    .last_mut()
                    .unwrap_or(&mut self.everywhere)
                    .take(name, keyword, rest)?;
            }
        }
        Some(())
    }

    /// The API behind `call`, `METHOD url`.
    pub(crate) fn api(&self, call: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.call == call)
    }

    /// The page at `url`.
    pub(crate) fn page(&self, url: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.url == url)
    }

    /// Whether `target` leads to a page, rather than to an API.
    pub(crate) fn is_page(target: &str) -> bool {
        target.starts_with('/')
    }
}

impl Page {
    fn take(&mut self, site: &str, keyword: &str, rest: &'static str) -> Option<()> {
        let (place, target) = rest
            .split_once(" -> ")
            .map_or((rest, None), |(place, target)| (place, Some(target)));
        match keyword {
            "load" => self.loads.push(rest),
            "el" => self.controls.push(Control {
                element: element(site, place)?,
                target,
            }),
            "form" => self.forms.push(Form {
                element: element(site, place)?,
                target,
                fields: Vec::new(),
                submit: None,
            }),
            "submit" => self.forms.last_mut()?.submit = Some(element(site, place)?),
            "field" => {
                let (place, kind) = rest.split_once(" = ")?;
                self.forms.last_mut()?.fields.push(Field {
                    element: element(site, place)?,
                    kind,
                });
            }
            _ => return None,
        }
        Some(())
    }
}

fn api(rest: &'static str) -> Option<Api> {
    let (head, response) = rest.split_once(" => ")?;
    let mut parts = head.splitn(4, ' ');
    let (method, url, status, request) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let call = rest.get(..method.len() + 1 + url.len())?;
    Some(Api {
        call,
        method,
        url,
        status: status.parse().ok()?,
        request: tree(request)?,
        response: tree(response)?,
    })
}

fn tree(text: &str) -> Option<Option<Value>> {
    if text == "-" {
        Some(None)
    } else {
        serde_json::from_str(text).ok().map(Some)
    }
}

fn script_error(rest: &'static str) -> Option<ScriptError> {
    let mut parts = rest.splitn(3, ' ');
    Some(ScriptError {
        name: parts.next()?,
        script: parts.next()?,
        message: error::scrub(parts.next()?),
    })
}

fn element(site: &str, place: &'static str) -> Option<Element> {
    let (selector, path) = place.split_once(" @ ")?;
    let mut fields = Map::new();
    let (names, attributes) = selector
        .split_once('{')
        .map_or((selector, ""), |(names, attributes)| (names, attributes));
    for attribute in attributes.split('{').filter(|attribute| !attribute.is_empty()) {
        let (name, value) = attribute.strip_suffix('}')?.split_once('=')?;
        fields.insert(name.to_owned(), value.into());
    }
    let mut classes = names.split('.');
    let (tag, id) = classes
        .next()
        .map(|head| head.split_once('#').map_or((head, None), |(tag, id)| (tag, Some(id))))?;
    fields.insert("tag".to_owned(), tag.into());
    if let Some(id) = id {
        fields.insert("id".to_owned(), id.into());
    }
    let classes: Vec<Value> = classes
        .map(|class| (!class.contains('#')).then(|| class.into()))
        .collect::<Option<_>>()?;
    if !classes.is_empty() {
        fields.insert("classes".to_owned(), classes.into());
    }
    if let Some(role) = role_of(tag, fields.get("type").and_then(Value::as_str)) {
        fields.entry("role").or_insert_with(|| role.into());
    }
    let [a, b, c, d, e, f, ..] = <[u8; 32]>::from(Sha256::digest(format!("{site} {place}")));
    if tag != "form" {
        fields.insert("label".to_owned(), format!("{a:02x}{b:02x}").into());
    }
    let fraction = |high: u8, low: u8| f64::from(u16::from_be_bytes([high, low])) / 65536.0;
    Some(Element {
        fields,
        path,
        at: (0.04 + 0.92 * fraction(c, d), 0.05 + 0.9 * fraction(e, f)),
    })
}

/// The role that a tag implies.
fn role_of(tag: &str, field: Option<&str>) -> Option<&'static str> {
    Some(match (tag, field) {
        ("a", _) => "link",
        ("button", _) | ("input", Some("submit" | "button")) => "button",
        ("input", Some("checkbox")) => "checkbox",
        ("input", Some("radio")) => "radio",
        ("input", Some("search")) => "searchbox",
        ("input", Some("number")) => "spinbutton",
        ("input", Some("range")) => "slider",
        ("input", Some("password" | "file" | "date")) => return None,
        ("input" | "textarea", _) => "textbox",
        ("select", _) => "combobox",
        ("form", _) => "form",
        ("img", _) => "img",
        _ => return None,
    })
}

impl Element {
    /// Its detail on the wire; `place` stands for its place in a list, if it is in one.
    pub(crate) fn told(&self, place: u32) -> Value {
        let mut fields = self.fields.clone();
        let path = self.path.replace(":*", &format!(":{place}")).replace(":1>", ">");
        let path = path.strip_suffix(":1").unwrap_or(&path);
        let outer = path.split('>').count().saturating_sub(PATH_STEPS);
        fields.insert("path".to_owned(), path.splitn(outer + 1, '>').last().into());
        fields.into()
    }

    pub(crate) fn is_in_a_list(&self) -> bool {
        self.path.contains(":*")
    }
}
