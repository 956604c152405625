//! One visit of one user to one site.

use serde_json::{Value, json};

use crate::Session;
use crate::batches::Batches;
use crate::dice::Dice;
use crate::form;
use crate::pointer::{self, Point};
use crate::site::{Element, Page, Site};
use crate::user::{Pointer, User};

/// The most points of a `move`, [`testgram_protocol::limits::MOVE_POINTS`].
const POINTS: usize = testgram_protocol::limits::MOVE_POINTS;

/// Longest visit, milliseconds.
const LONGEST_MS: u32 = 30 * 60 * 1000;

/// A visit under way.
pub(crate) struct Visit<'a> {
    pub(crate) dice: Dice,
    pub(crate) site: &'a Site,
    pub(crate) user: User,
    pub(crate) salt: [u8; 32],
    t: u32,
    view: Point,
    pointer: Point,
    scroll: u32,
    height: u32,
    batches: Batches,
}

impl<'a> Visit<'a> {
    pub(crate) fn new(mut dice: Dice, site: &'a Site, user: User, id: String, started_ms: u64) -> Self {
        let (view, meta) = device(&mut dice, site, user);
        let pointer = (view.0 * dice.unit(), view.1 * dice.unit());
        let salt = dice.bytes();
        let batches = Batches::new(id, started_ms, meta);
        Self {
            dice,
            site,
            user,
            salt,
            t: 0,
            view,
            pointer,
            scroll: 0,
            height: 0,
            batches,
        }
    }

    /// From entry to exit.
    pub(crate) fn run(mut self) -> Session {
        let mut page = self.dice.pick_early(&self.site.pages);
        let mut cause = "load";
        let mut left = self.dice.around(self.user.pages).clamp(1, 40);
        while let Some(shown) = page
            && left > 0
            && self.t < LONGEST_MS
        {
            let next = self.page(shown, cause);
            cause = if self.site.spa { "push" } else { "load" };
            page = match next.and_then(|url| self.site.page(url)) {
                Some(page) => Some(page),
                None if self.dice.chance(0.3) => {
                    cause = if self.site.spa { "pop" } else { "back" };
                    self.dice.pick_early(&self.site.pages)
                }
                None => self.dice.pick_early(&self.site.pages),
            };
            left -= 1;
        }
        self.tell("visibility", &json!({ "hidden": true }));
        if self.dice.chance(0.7) {
            self.tell("end", &json!({ "reason": "unload" }));
        }
        self.batches.end()
    }

    /// What somebody does on a page; gives the page they go to.
    fn page(&mut self, page: &'a Page, cause: &str) -> Option<&'a str> {
        self.scroll = 0;
        self.height = 200 + self.dice.around(1600.0) / 4 * 4;
        let mut shown = json!({ "url": page.url, "cause": cause });
        if cause == "load" {
            insert(&mut shown, "load", self.dice.around(900.0).into());
        }
        self.tell("page", &shown);
        for call in &page.loads {
            self.call(call);
        }
        for _ in 0..self.times(self.user.reads) {
            self.read();
        }
        for form in &page.forms {
            if self.dice.chance(self.user.fills) {
                let target = form::fill(self, form);
                if target.is_some() {
                    return target;
                }
            }
        }
        for _ in 0..self.times(self.user.acts) {
            if let Some(url) = self.act(page) {
                return Some(url);
            }
        }
        None
    }

    /// `mean` times, more or less.
    fn times(&mut self, mean: f64) -> u32 {
        (mean * 2.0 * self.dice.unit()).round() as u32
    }

    /// A stretch of looking: the page scrolls, or the pointer wanders.
    fn read(&mut self) {
        self.pause(self.user.pause_ms * 0.6);
        if self.user.pointer == Pointer::Touch || self.dice.chance(0.6) {
            self.scroll();
        } else {
            let stops: Vec<Point> = (0..self.dice.between(1, 2)).map(|_| self.somewhere_near()).collect();
            self.move_through(&stops);
        }
        if self.dice.chance(0.01) {
            self.tell("visibility", &json!({ "hidden": true }));
            self.pause(20_000.0);
            self.tell("visibility", &json!({ "hidden": false }));
        }
        if self.dice.chance(0.004) {
            self.view = (self.view.1, self.view.0);
            self.tell("viewport", &json!({ "w": self.view.0 as u16, "h": self.view.1 as u16 }));
        }
    }

    fn somewhere_near(&mut self) -> Point {
        let reach = 0.25 * self.view.0;
        let at = (
            self.pointer.0 + reach * self.dice.normal(),
            self.pointer.1 + reach * 0.6 * self.dice.normal(),
        );
        self.inside(at)
    }

    fn inside(&self, at: Point) -> Point {
        (at.0.clamp(2.0, self.view.0 - 2.0), at.1.clamp(2.0, self.view.1 - 2.0))
    }

    fn scroll(&mut self) {
        // A notch of a wheel is 100 or 120 pixels; a thumb lets go anywhere.
        let notches = self.dice.between(1, 6);
        let by = match self.user.pointer {
            Pointer::Mouse => notches * 100,
            Pointer::Touch => self.dice.around(320.0),
        };
        let ms = if self.user.pointer == Pointer::Mouse {
            16 * self.dice.between(6, 10 * notches)
        } else {
            self.dice.around(600.0)
        };
        self.scroll = if self.dice.chance(0.8) {
            (self.scroll + by).min(self.height)
        } else {
            self.scroll.saturating_sub(by)
        };
        self.t += ms;
        self.tell("scroll", &json!({ "y": self.scroll, "max": self.height, "ms": ms }));
    }

    pub(crate) fn move_through(&mut self, stops: &[Point]) {
        let start = self.pointer;
        let path = pointer::path(&mut self.dice, self.user.hand, start, stops, POINTS);
        if path.is_empty() {
            return;
        }
        let (x, y) = (start.0.round(), start.1.round());
        let ended = path
            .iter()
            .fold((x, y), |at, (_, dx, dy)| (at.0 + f64::from(*dx), at.1 + f64::from(*dy)));
        let inside = |at: f64, edge: f64| at.clamp(0.0, edge) as u16;
        self.tell(
            "move",
            &json!({ "x": inside(x, self.view.0), "y": inside(y, self.view.1), "path": path }),
        );
        self.t += path.iter().map(|(ms, ..)| ms).sum::<u32>();
        self.pointer = ended;
    }

    /// Brings the pointer to where `element` stands in its `place`.
    pub(crate) fn approach(&mut self, element: &Element, place: u32) {
        let row = f64::from(place.saturating_sub(1) % 6) * 0.12;
        let aim = (
            element.at.0 * self.view.0 + 9.0 * self.dice.normal(),
            (element.at.1 + row).fract() * self.view.1 + 4.0 * self.dice.normal(),
        );
        let aim = self.inside(aim);
        if self.user.pointer == Pointer::Touch {
            self.pointer = aim;
            return;
        }
        // A first reach falls short, a second one corrects.
        let short = self.inside((
            aim.0 - 0.06 * (aim.0 - self.pointer.0),
            aim.1 - 0.06 * (aim.1 - self.pointer.1),
        ));
        if self.user.automated || self.dice.chance(0.6) {
            self.move_through(&[aim])
        } else {
            self.move_through(&[short, aim])
        }
    }

    pub(crate) fn click(&mut self, element: &Element, place: u32) {
        self.t += self.dice.between(60, 260);
        let (x, y) = (self.pointer.0 as u16, self.pointer.1 as u16);
        let mut click = json!({ "el": element.told(place), "x": x, "y": y });
        if self.dice.chance(0.02) {
            insert(&mut click, "count", 2.into());
        }
        self.tell("click", &click);
    }

    pub(crate) fn key(&mut self, key: &str, mods: u8, element: Option<&Element>) {
        self.t += self.dice.around(self.user.key_ms * 1.5);
        let mut detail = json!({ "key": key });
        if mods != 0 {
            insert(&mut detail, "mods", mods.into());
        }
        if let Some(element) = element {
            insert(&mut detail, "el", element.told(1));
        }
        self.tell("key", &detail);
    }

    /// Uses a control; gives the page it leads to.
    fn act(&mut self, page: &'a Page) -> Option<&'a str> {
        self.pause(self.user.pause_ms);
        let own = !page.controls.is_empty() && self.dice.chance(0.75);
        let controls = if own {
            &page.controls
        } else {
            &self.site.everywhere.controls
        };
        let control = self.dice.pick_early(controls)?;
        let place = if control.element.is_in_a_list() {
            self.dice.around(2.5).clamp(1, 24)
        } else {
            1
        };
        if self.dice.chance(self.user.keyboard) {
            for _ in 0..self.dice.between(1, 3) {
                let back = self.dice.chance(0.1);
                self.key("Tab", if back { 8 } else { 0 }, None);
            }
            self.key("Enter", 0, Some(&control.element));
        } else {
            self.approach(&control.element, place);
            if self.dice.chance(0.015) {
                return self.drag(&control.element, place);
            }
        }
        self.click(&control.element, place);
        if self.dice.chance(0.012) {
            self.fail();
        }
        if self.dice.chance(0.06)
            && let Some(name) = self.dice.pick(&self.site.customs)
        {
            self.tell("custom", &json!({ "name": name }));
        }
        control.target.and_then(|target| self.follow(target))
    }

    /// Goes to a page, or calls an API and stays.
    pub(crate) fn follow(&mut self, target: &'a str) -> Option<&'a str> {
        if Site::is_page(target) {
            self.pause(200.0);
            return Some(target);
        }
        self.call(target);
        None
    }

    fn drag(&mut self, element: &Element, place: u32) -> Option<&'a str> {
        let ms = self.dice.around(700.0);
        let (dx, dy) = ((120.0 * self.dice.normal()) as i16, (60.0 * self.dice.normal()) as i16);
        self.tell(
            "drag",
            &json!({ "el": element.told(place), "dx": dx, "dy": dy, "ms": ms }),
        );
        self.t += ms;
        None
    }

    fn fail(&mut self) {
        let Some(error) = self.dice.pick(&self.site.errors) else {
            return;
        };
        let (line, col) = (self.dice.between(1, 40), self.dice.between(10, 90_000));
        let mut detail =
            json!({ "name": error.name, "message": error.message, "script": error.script, "line": line, "col": col });
        if self.dice.chance(0.3) {
            insert(&mut detail, "rejection", true.into());
        }
        self.tell("error", &detail);
    }

    /// A call to the API `call`, `METHOD url`.
    pub(crate) fn call(&mut self, call: &str) {
        let Some(api) = self.site.api(call) else { return };
        let ms = self.dice.around(140.0);
        let failed = self.dice.chance(0.02);
        let status = if failed {
            *self.dice.pick(&[0, 400, 401, 404, 422, 429, 500, 503]).unwrap_or(&500)
        } else {
            api.status
        };
        let mut detail = json!({ "method": api.method, "url": api.url, "status": status, "ms": ms });
        if let Some(request) = &api.request {
            insert(&mut detail, "request", request.clone());
        }
        if let Some(response) = api.response.as_ref().filter(|_| !failed) {
            insert(&mut detail, "response", response.clone());
        }
        if !self.site.spa {
            insert(&mut detail, "xhr", true.into());
        }
        self.t += self.dice.between(5, 60);
        self.tell("api", &detail);
    }

    pub(crate) fn pause(&mut self, median_ms: f64) {
        self.t += self.dice.around(median_ms);
    }

    pub(crate) fn pass(&mut self, ms: u32) {
        self.t += ms;
    }

    pub(crate) fn tell(&mut self, kind: &str, detail: &Value) {
        self.batches.push(self.t, kind, detail);
    }
}

pub(crate) fn insert(detail: &mut Value, name: &str, value: Value) {
    if let Some(fields) = detail.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The viewport, and what `meta` says of the device.
fn device(dice: &mut Dice, site: &Site, user: User) -> (Point, Value) {
    type Kind = (&'static str, &'static str, &'static str, u16, u16);
    const DESKTOPS: [Kind; 6] = [
        ("desktop", "chrome", "windows", 1920, 945),
        ("desktop", "chrome", "macos", 1440, 789),
        ("desktop", "edge", "windows", 1536, 730),
        ("desktop", "safari", "macos", 1512, 861),
        ("desktop", "firefox", "linux", 1912, 948),
        ("desktop", "chrome", "chromeos", 1366, 681),
    ];
    const PHONES: [Kind; 4] = [
        ("mobile", "safari", "ios", 390, 664),
        ("mobile", "chrome", "android", 412, 785),
        ("mobile", "samsung", "android", 360, 654),
        ("tablet", "safari", "ios", 820, 1106),
    ];
    let kinds: &[Kind] = if user.pointer == Pointer::Touch {
        &PHONES
    } else {
        &DESKTOPS
    };
    let (device, browser, os, w, h) = *dice
        .pick_early(kinds)
        .unwrap_or(&("other", "other", "other", 1280, 720));
    let version = dice.between(118, 142);
    let language = dice
        .pick_early(&["en-US", "en-GB", "es-US", "de-DE", "fr-FR", "es", "pt-BR"])
        .unwrap_or(&"en");
    let tz = dice
        .pick_early(&[-300, -360, -480, -420, -240, 0, 60, 120])
        .unwrap_or(&0);
    let viewport = json!({ "w": w, "h": h });
    let mut meta = json!({
        "device": device, "viewport": viewport, "browser": browser, "version": version, "os": os, "language": language, "tz": tz
    });
    if user.automated {
        insert(&mut meta, "automated", true.into());
    }
    let referrers = [
        "https://www.google.com/",
        "https://duckduckgo.com/",
        "https://www.bing.com/",
        "https://t.co/:id",
        "https://news.ycombinator.com/item?id",
    ];
    if dice.chance(0.5) {
        let own = format!("https://{}.example/", site.name);
        let referrer = if dice.chance(0.3) {
            Some(own.as_str())
        } else {
            dice.pick_early(&referrers).copied()
        };
        insert(&mut meta, "referrer", referrer.into());
    }
    ((f64::from(w), f64::from(h)), meta)
}
