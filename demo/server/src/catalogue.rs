//! What the shop sells: read once from `data/catalogue.json`, and looked through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    files::{self, DemoError},
    money::Money,
    rating::Rating,
};

/// Products on one page of a category.
const PAGE: usize = 9;

/// The choices a customer makes for a product, by the option's name: `{"size": "250g"}`.
pub(crate) type Choices = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalogue {
    pub(crate) categories: Vec<Category>,
    option_sets: BTreeMap<String, OptionSet>,
    products: Vec<Product>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Category {
    pub(crate) slug: String,
    pub(crate) name: String,
    tagline: String,
    description: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct OptionSet {
    name: String,
    label: String,
    values: Vec<OptionValue>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct OptionValue {
    id: String,
    label: String,
    /// What it costs beside the product's price.
    extra: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) subtitle: String,
    description: String,
    notes: Vec<String>,
    price: u32,
    was: Option<u32>,
    pub(crate) stock: u32,
    roast: Option<String>,
    badges: Vec<String>,
    options: Vec<String>,
    pub(crate) art: Art,
    details: BTreeMap<String, String>,
    size_guide: Option<Value>,
}

/// What a product's picture is drawn from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Art {
    pub(crate) kind: String,
    pub(crate) tone: String,
}

/// What a category page asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Filter {
    category: Option<String>,
    roast: Option<String>,
    max_price: Option<u32>,
    in_stock: Option<bool>,
    sale: Option<bool>,
    sort: Option<String>,
    page: Option<usize>,
}

/// Why choices do not name a thing that can be bought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnknownChoice;

impl Catalogue {
    pub(crate) fn load() -> Result<Self, DemoError> {
        files::data("catalogue")
    }

    pub(crate) fn category(&self, slug: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.slug == slug)
    }

    pub(crate) fn product(&self, slug: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.slug == slug)
    }

    pub(crate) fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.iter()
    }

    pub(crate) fn count_in(&self, category: &str) -> usize {
        self.products
            .iter()
            .filter(|product| product.category == category)
            .count()
    }

    /// A page of what the filter leaves, sorted, and how much there is in all.
    pub(crate) fn page(&self, filter: &Filter, rating: impl Fn(&str) -> Rating) -> Value {
        let mut found: Vec<&Product> = self.products.iter().filter(|product| product.passes(filter)).collect();
        match filter.sort.as_deref() {
            Some("price_asc") => found.sort_by_key(|product| product.price),
            Some("price_desc") => found.sort_by_key(|product| std::cmp::Reverse(product.price)),
            Some("rating") => found.sort_by_key(|product| std::cmp::Reverse(rating(&product.slug).points())),
            Some("popular") => found.sort_by_key(|product| !product.badges.iter().any(|badge| badge == "Best seller")),
            Some("name") => found.sort_by_key(|product| &product.name),
            // As the file has them: the shopkeeper's own order.
            _ => {}
        }
        let pages = found.len().div_ceil(PAGE).max(1);
        let page = filter.page.unwrap_or(1).clamp(1, pages);
        let items: Vec<Value> = found
            .iter()
            .skip(page.saturating_sub(1).saturating_mul(PAGE))
            .take(PAGE)
            .map(|product| product.card(rating(&product.slug)))
            .collect();
        json!({
            "items": items,
            "pagination": { "page": page, "per_page": PAGE, "pages": pages, "total": found.len() },
        })
    }

    /// Products with every word of the query in their texts, those with it in the name first.
    pub(crate) fn search(&self, query: &str) -> Vec<&Product> {
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(bool, &Product)> = self
            .products
            .iter()
            .filter(|product| words.iter().all(|word| product.text().contains(word.as_str())))
            .map(|product| {
                let name = product.name.to_lowercase();
                (!words.iter().all(|word| name.contains(word.as_str())), product)
            })
            .collect();
        found.sort_by_key(|(elsewhere, _)| *elsewhere);
        found.into_iter().map(|(_, product)| product).collect()
    }

    /// The price of one piece with these choices; each of the product's options must be chosen, and nothing else.
    pub(crate) fn price(&self, product: &Product, choices: &Choices) -> Result<u32, UnknownChoice> {
        if choices.len() != product.options.len() {
            return Err(UnknownChoice);
        }
        self.sets(product).try_fold(product.price, |price, set| {
            let value = set.chosen(choices).ok_or(UnknownChoice)?;
            Ok(price.saturating_add(value.extra))
        })
    }

    /// The choices with their labels, for a cart or an order.
    pub(crate) fn choices(&self, product: &Product, choices: &Choices) -> Vec<Value> {
        self.sets(product)
            .filter_map(|set| {
                let value = set.chosen(choices)?;
                Some(json!({ "name": set.name, "label": set.label, "value": value.id, "text": value.label }))
            })
            .collect()
    }

    /// A product with all that its own page shows.
    pub(crate) fn detail(&self, product: &Product, rating: impl Fn(&str) -> Rating) -> Value {
        let category = self.category(&product.category);
        let related: Vec<Value> = self
            .products
            .iter()
            .filter(|other| other.category == product.category && other.slug != product.slug)
            .take(4)
            .map(|other| other.card(rating(&other.slug)))
            .collect();
        let mut detail = product.card(rating(&product.slug));
        if let Value::Object(fields) = &mut detail {
            fields.insert("description".into(), json!(product.description));
            fields.insert("notes".into(), json!(product.notes));
            fields.insert("details".into(), json!(product.details));
            fields.insert("options".into(), json!(self.sets(product).collect::<Vec<_>>()));
            fields.insert("size_guide".into(), json!(product.size_guide));
            fields.insert("breadcrumb".into(), json!(category));
            fields.insert(
                "images".into(),
                json!(["front", "detail", "shelf"].map(|view| product.image(view))),
            );
            fields.insert("related".into(), json!(related));
        }
        detail
    }

    fn sets<'a>(&'a self, product: &'a Product) -> impl Iterator<Item = &'a OptionSet> {
        product.options.iter().filter_map(|name| self.option_sets.get(name))
    }
}

impl OptionSet {
    fn chosen(&self, choices: &Choices) -> Option<&OptionValue> {
        let id = choices.get(&self.name)?;
        self.values.iter().find(|value| &value.id == id)
    }
}

impl Product {
    /// A product as lists show it.
    pub(crate) fn card(&self, rating: Rating) -> Value {
        json!({
            "id": self.id,
            "slug": self.slug,
            "url": format!("/demo/product/{}", self.slug),
            "name": self.name,
            "subtitle": self.subtitle,
            "category": self.category,
            "price": Money::from(self.price),
            "compare_at_price": self.was.map(Money::from),
            "badges": self.badges,
            "rating": rating,
            "roast": self.roast,
            "inventory": { "in_stock": self.stock > 0, "quantity": self.stock },
            "image": self.image("front"),
        })
    }

    pub(crate) fn image(&self, view: &str) -> Value {
        json!({ "src": format!("/demo/images/{}/{view}.svg", self.slug), "alt": format!("{}, {}", self.name, self.subtitle) })
    }

    fn passes(&self, filter: &Filter) -> bool {
        // An empty parameter is what a form's "all" sends.
        let named = |wanted: &Option<String>, is: Option<&str>| {
            wanted
                .as_deref()
                .filter(|wanted| !wanted.is_empty())
                .is_none_or(|wanted| is == Some(wanted))
        };
        named(&filter.category, Some(self.category.as_str()))
            && named(&filter.roast, self.roast.as_deref())
            && filter.max_price.is_none_or(|most| self.price <= most)
            && (filter.in_stock != Some(true) || self.stock > 0)
            && (filter.sale != Some(true) || self.was.is_some())
    }

    fn text(&self) -> String {
        let details = self.details.values().map(String::as_str);
        let notes = self.notes.iter().map(String::as_str);
        [self.name.as_str(), &self.subtitle, &self.category, &self.description]
            .into_iter()
            .chain(details)
            .chain(notes)
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn choices(pairs: &[(&str, &str)]) -> Choices {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_catalogue_is_whole() {
        let catalogue = Catalogue::load().unwrap();
        let slugs: HashSet<_> = catalogue.products.iter().map(|product| &product.slug).collect();
        assert_eq!(slugs.len(), catalogue.products.len(), "slugs are unique");
        for product in &catalogue.products {
            assert!(catalogue.category(&product.category).is_some(), "{}", product.slug);
            assert_eq!(
                catalogue.sets(product).count(),
                product.options.len(),
                "{}",
                product.slug
            );
            assert!(
                files::bytes(&format!("art/{}.svg", product.art.kind)).is_some(),
                "{}",
                product.art.kind
            );
        }
    }

    #[test]
    fn a_price_needs_every_choice_and_no_other() {
        let catalogue = Catalogue::load().unwrap();
        let coffee = catalogue.product("kiamba-ab").unwrap();
        let price = |pairs: &[(&str, &str)]| catalogue.price(coffee, &choices(pairs));
        let small = price(&[("size", "250g"), ("grind", "whole")]).unwrap();
        assert!(price(&[("size", "1kg"), ("grind", "filter")]).unwrap() > small);
        assert_eq!(price(&[("size", "250g")]), Err(UnknownChoice));
        assert_eq!(price(&[("size", "5kg"), ("grind", "whole")]), Err(UnknownChoice));
        assert_eq!(
            price(&[("size", "250g"), ("grind", "whole"), ("gift", "yes")]),
            Err(UnknownChoice)
        );
    }

    #[test]
    fn a_search_wants_every_word_and_likes_names_best() {
        let catalogue = Catalogue::load().unwrap();
        let found = |query| {
            catalogue
                .search(query)
                .iter()
                .map(|product| product.slug.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("kenya kiamba"), ["kiamba-ab"]);
        assert_eq!(found("tea").first(), Some(&"tea-towel"));
        assert!(found("").is_empty() && found("zzz").is_empty());
    }
}
