//! Pictures of products: a drawing of `art/` in the colours of the product's tone, with its name on the label, seen
//! from the front, close up, or on the shelf.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing,
};

use crate::{
    catalogue::{Catalogue, Product},
    files,
    pages::{self, SVG},
};

pub(crate) fn router(catalogue: Arc<Catalogue>) -> Router {
    Router::new()
        .route("/demo/images/{slug}/{view}", routing::get(image))
        .with_state(catalogue)
        .layer(axum::middleware::map_response(pages::guarded))
}

async fn image(
    State(catalogue): State<Arc<Catalogue>>,
    Path((slug, view)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    match catalogue
        .product(&slug)
        .and_then(|product| draw(product, view.strip_suffix(".svg")?))
    {
        Some(svg) => pages::file(&headers, SVG, svg.into_bytes()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The colours of a tone: ground, body, shade, label.
fn colours(tone: &str) -> [(&'static str, &'static str); 4] {
    let [ground, body, shade, label] = match tone {
        "rose" => ["#f3e0da", "#b9614f", "#9a4b3c", "#fbf1ec"],
        "honey" => ["#f6e9cf", "#d29a3a", "#b07e29", "#fdf7e8"],
        "moss" => ["#e3e9dc", "#5f7d57", "#4a6544", "#f3f6ee"],
        "ink" => ["#dfe1e4", "#353b44", "#23282f", "#eceef0"],
        "mist" => ["#e1eaed", "#8fa9b3", "#728d98", "#f5f9fa"],
        "plum" => ["#eadfe8", "#6d4866", "#54354e", "#f7f0f5"],
        "sand" => ["#efe6d8", "#c3a982", "#a68c66", "#fbf7f0"],
        _ => ["#f2e2d5", "#bd7448", "#9c5b34", "#fbf3ec"],
    };
    [("ground", ground), ("body", body), ("shade", shade), ("label", label)]
}

fn draw(product: &Product, view: &str) -> Option<String> {
    let scene = match view {
        "front" | "detail" | "shelf" => files::text(&format!("art/scene-{view}.svg")).ok()?,
        _ => return None,
    };
    let drawing = files::text(&format!("art/{}.svg", product.art.kind)).ok()?;
    let mut svg = scene.replace("{{drawing}}", drawing.trim());
    for (name, colour) in colours(&product.art.tone) {
        svg = svg.replace(&format!("{{{{{name}}}}}"), colour);
    }
    Some(
        svg.replace("{{name}}", &pages::escaped(&product.name))
            .replace("{{subtitle}}", &pages::escaped(&product.subtitle)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_can_be_drawn_from_every_side() {
        let catalogue = Catalogue::load().unwrap();
        for product in catalogue.products() {
            for view in ["front", "detail", "shelf"] {
                let svg = draw(product, view).expect("a drawing");
                assert!(
                    svg.starts_with("<svg") && !svg.contains("{{"),
                    "{} {view}",
                    product.slug
                );
            }
        }
        assert!(draw(catalogue.products().next().unwrap(), "../data/people").is_none());
    }
}
