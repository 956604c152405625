//! Pages and what they load.

use std::collections::BTreeSet;

use crate::shop::Shop;

const PAGES: &[&str] = &[
    "/demo/",
    "/demo/shop/coffee",
    "/demo/shop/all?sale=true",
    "/demo/product/kiamba-ab",
    "/demo/search?q=tea",
    "/demo/cart",
    "/demo/login",
    "/demo/register",
    "/demo/contact",
    "/demo/account",
    "/demo/checkout",
    "/demo/checkout/payment",
    "/demo/help/delivery",
    "/demo/help/returns",
    "/demo/help/brewing",
    "/demo/frames/newsletter",
    "/demo/frames/stores",
];

const NOT_THERE: &[&str] = &[
    "/demo/product/winter-blend",
    "/demo/shop/shoes",
    "/demo/help/../cart/x",
    "/demo/help/unknown",
    "/demo/nothing/here",
];

#[tokio::test]
async fn every_page_is_the_shops_with_one_snippet_and_nothing_inline() {
    let shop = Shop::open().await;
    for (path, status) in PAGES
        .iter()
        .map(|path| (*path, 200))
        .chain(NOT_THERE.iter().map(|path| (*path, 404)))
    {
        let page = shop.get(path).await;
        assert_eq!(
            (page.status, page.mime()),
            (status, "text/html; charset=utf-8"),
            "{path}"
        );
        let html = page.text();
        assert_eq!(
            html.matches(r#"<script src="/js/world/demo.js" async referrerpolicy="no-referrer" crossorigin="anonymous"></script>"#)
                .count(),
            1,
            "{path}"
        );
        let head: String = html.split("<head>").nth(1).unwrap().split_whitespace().collect();
        assert!(head.starts_with("<scriptsrc=\"/js/"), "the snippet is first: {path}");
        assert!(
            !html.contains("<!-- h") && !html.contains("<!-- f"),
            "all parts are in: {path}"
        );
        assert!(
            !html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick="),
            "{path}"
        );
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script src=").count(),
            "{path}"
        );
        assert_eq!(html.matches("</title>").count(), 1, "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*;"));
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn all_that_pages_and_scripts_name_is_there_with_its_type() {
    let shop = Shop::open().await;
    let mut wanted = BTreeSet::new();
    for path in PAGES {
        wanted.extend(named(shop.get(path).await.text()));
    }
    let mut seen = BTreeSet::new();
    while let Some(path) = wanted.pop_first() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let file = shop.get(&path).await;
        assert_eq!(file.status, 200, "{path}");
        let mime = match path.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(file.mime(), mime, "{path}");
        if mime.starts_with("text/javascript") {
            wanted.extend(imported(&path, file.text()));
        }
    }
    assert!(seen.len() > 50, "{} files", seen.len());
}

/// What a page names in `src` and `href`: paths of the shop, without query and fragment. The snippet is another part's,
/// and the story about the winter blend leads nowhere on purpose.
fn named(html: &str) -> impl Iterator<Item = String> {
    let names = |attribute| html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    names("src=\"")
        .chain(names("href=\""))
        .filter_map(|name| name.split(['?', '#']).next())
        .filter(|path| path.starts_with("/demo/") && *path != "/demo/product/winter-blend")
        .map(str::to_owned)
}

/// What a module imports: `./name.js` and `../name.js`.
fn imported(module: &str, text: &str) -> Vec<String> {
    let folder = module.rsplit_once('/').unwrap().0;
    let from = text.split(" from \"").skip(1).chain(text.split("import \"").skip(1));
    from.filter_map(|rest| rest.split('"').next())
        .map(|name| match name.strip_prefix("../") {
            Some(name) => format!("{}/{name}", folder.rsplit_once('/').unwrap().0),
            None => format!("{folder}/{}", name.strip_prefix("./").unwrap()),
        })
        .collect()
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let shop = Shop::open().await;
    for path in [
        "/demo/",
        "/demo/assets/scripts/lib.js",
        "/demo/images/oat-mug/front.svg",
    ] {
        let first = shop.get(path).await;
        assert_eq!(first.headers["cache-control"], "no-cache");
        let etag = first.headers["etag"].to_str().unwrap();
        for (known, status) in [(etag, 304), ("\"other\"", 200), (&format!("\"other\", W/{etag}"), 304)] {
            let again = shop.ask("GET", path, &[("if-none-match", known)], "").await;
            assert_eq!((again.status, again.body.is_empty()), (status, status == 304), "{path}");
        }
    }
}

#[tokio::test]
async fn only_styles_scripts_and_pictures_are_assets() {
    let shop = Shop::open().await;
    for path in [
        "/demo/assets/data/people.json",
        "/demo/assets/pages/home.html",
        "/demo/assets/parts/head.html",
        "/demo/assets/art/bag.svg",
        "/demo/assets/biome.json",
        "/demo/assets/scripts/../data/people.json",
        "/demo/assets/scripts/%2e%2e/data/people.json",
        "/demo/assets/images/../../../Cargo.toml",
        "/demo/assets/scripts/../../../snippet/dist/testgram.js",
        "/demo/assets/scripts/%2e%2e%2f..%2f../snippet/dist/testgram.js",
        "/demo/assets/scripts/../scripts/lib.js",
        "/demo/assets/styles/",
        "/demo/images/oat-mug/scene.svg",
        "/demo/images/oat-mug/front",
        "/demo/images/unknown/front.svg",
    ] {
        assert_eq!(shop.get(path).await.status, 404, "{path}");
    }
    let bare = shop.get("/demo").await;
    assert_eq!(
        (bare.status, bare.headers["location"].to_str().unwrap()),
        (308, "/demo/")
    );
}

#[tokio::test]
async fn a_picture_is_a_drawing_of_its_product() {
    let shop = Shop::open().await;
    let picture = shop.get("/demo/images/smoke-and-pine/front.svg").await;
    assert!(picture.text().contains("Smoke &amp; Pine"), "escaped");
    assert!(!picture.text().contains("{{") && !picture.text().contains(" style="));
}
