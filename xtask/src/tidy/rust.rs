//! What stands in a Rust file, outside of its tests and comments.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Attribute, ImplItem, Item};

/// A name or a literal, and its line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// First and last line of something.
type Lines = (usize, usize);

/// All names and literals of a file, without those of tests and of documentation. Nothing, if it is no Rust file.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let (Ok(stream), Ok(file)) = (text.parse::<TokenStream>(), syn::parse_file(text)) else {
        return Vec::new();
    };
    let mut tests = Vec::new();
    test_lines(&file.items, &mut tests);
    let mut found = Vec::new();
    collect(stream, &mut found);
    found.retain(|token| !tests.iter().any(|(first, last)| (*first..=*last).contains(&token.line)));
    found
}

/// Whether an item is compiled for tests only.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string().replace(' ', "").starts_with("test"))
    })
}

/// The attributes of an item that may stand in a module.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn test_lines(items: &[Item], lines: &mut Vec<Lines>) {
    for item in items {
        if is_test(attributes(item)) {
            lines.push(lines_of(item));
            continue;
        }
        match item {
            Item::Mod(module) => {
                if let Some((_, inner)) = &module.content {
                    test_lines(inner, lines);
                }
            }
            Item::Impl(block) => lines.extend(block.items.iter().filter_map(|one| match one {
                ImplItem::Fn(function) => is_test(&function.attrs).then(|| lines_of(function)),
                _ => None,
            })),
            _ => {}
        }
    }
}

fn lines_of(spanned: &impl Spanned) -> Lines {
    let span = spanned.span();
    (span.start().line, span.end().line)
}

fn collect(stream: TokenStream, found: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Ident(ident) => found.push(Token {
                line,
                text: ident.to_string(),
            }),
            TokenTree::Literal(literal) => found.push(Token {
                line,
                text: literal.to_string(),
            }),
            TokenTree::Group(group) if is_documentation(&group) => {}
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Punct(_) => {}
        }
    }
}

/// Whether it is the `[doc = "…"]` of a doc comment.
fn is_documentation(group: &proc_macro2::Group) -> bool {
    group.delimiter() == Delimiter::Bracket
        && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(ident)) if ident == "doc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_documentation_and_tests_do_not_count() {
        let text = r#"
//! one
/// two
fn three() { "four" } // five
#[cfg(test)]
mod six {}
impl Seven {
    #[cfg(test)]
    fn eight() {}
}
"#;
        let found: Vec<(usize, String)> = tokens(text).into_iter().map(|token| (token.line, token.text)).collect();
        let expected = [(4, "fn"), (4, "three"), (4, "\"four\""), (7, "impl"), (7, "Seven")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        assert_eq!(tokens("not { rust"), []);
    }
}
