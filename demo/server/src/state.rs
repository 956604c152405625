//! All that changes while the shop runs, behind one lock that is never held over an await.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::{
    cart::{Cart, CartLine, SHIPPING, Totals, subtotal},
    catalogue::Catalogue,
    files::{self, DemoError},
    limits, names,
    order::{self, Order, Paid},
    people::{Address, Seed, SeedOrder, User},
    reviews::Reviews,
};

pub(crate) struct Shop {
    pub(crate) catalogue: Arc<Catalogue>,
    state: Mutex<State>,
}

/// Each store forgets what was not used for longest when it is full.
pub(crate) struct State {
    pub(crate) carts: LruCache<String, Cart>,
    /// By e-mail address, lower case.
    pub(crate) users: LruCache<String, User>,
    /// Bearer token to e-mail address.
    pub(crate) tokens: LruCache<String, String>,
    pub(crate) orders: LruCache<String, Order>,
    pub(crate) reviews: Reviews,
    placed: u32,
}

impl Shop {
    /// A shop as it is at every start.
    pub(crate) fn open(catalogue: Arc<Catalogue>) -> Result<Self, DemoError> {
        let mut state = State {
            carts: LruCache::new(limits::CARTS),
            users: LruCache::new(limits::USERS),
            tokens: LruCache::new(limits::TOKENS),
            orders: LruCache::new(limits::ORDERS),
            reviews: Reviews::open(&catalogue)?,
            placed: 0,
        };
        for seed in files::data::<Vec<Seed>>("people")? {
            state.seed(&catalogue, &seed);
        }
        Ok(Self {
            catalogue,
            state: Mutex::new(state),
        })
    }

    /// Looks at the state, or changes it.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        // A handler that panicked left at worst a half-changed cart of a demo.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut state)
    }
}

impl State {
    /// The number of the next order.
    pub(crate) fn next_number(&mut self) -> String {
        self.placed = self.placed.saturating_add(1);
        order::number(self.placed)
    }

    /// Files an order, with its customer if there is one.
    pub(crate) fn place(&mut self, order: Order, customer: Option<&str>) {
        if let Some(user) = customer.and_then(|email| self.users.get_mut(email)) {
            user.orders.insert(0, order.id.clone());
            user.orders.truncate(limits::ORDERS_OF_ONE);
        }
        self.orders.put(order.id.clone(), order);
    }

    fn seed(&mut self, catalogue: &Catalogue, seed: &Seed) {
        let user = User::seeded(seed);
        let email = user.email.clone();
        let address = user.default_address().cloned();
        self.users.put(email.clone(), user);
        let Some(address) = address else { return };
        // The oldest first, so that numbers rise with time.
        for past in seed.orders.iter().rev() {
            let number = self.next_number();
            self.place(past_order(catalogue, past, number, &email, &address), Some(&email));
        }
    }
}

fn past_order(catalogue: &Catalogue, past: &SeedOrder, number: String, email: &str, address: &Address) -> Order {
    let lines: Vec<CartLine> = past
        .items
        .iter()
        .map(|item| CartLine {
            id: names::id("li"),
            slug: item.slug.clone(),
            choices: item.options.clone(),
            quantity: item.quantity,
        })
        .collect();
    let [standard, ..] = SHIPPING;
    Order {
        id: names::id("ord"),
        number,
        status: past.status.clone(),
        placed_at: names::ago(past.days_ago),
        email: email.to_owned(),
        address: address.clone(),
        shipping: standard,
        payment: Paid {
            brand: "visa".to_owned(),
            last4: "4242".to_owned(),
        },
        totals: Totals::of(subtotal(&lines, catalogue), None, Some(standard)),
        lines,
        gift_note: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> Shop {
        Shop::open(Arc::new(Catalogue::load().unwrap())).unwrap()
    }

    #[test]
    fn seeded_customers_have_their_orders_and_every_line_can_be_priced() {
        let shop = shop();
        shop.with(|state| {
            let mara = state.users.get("mara@example.com").unwrap().clone();
            assert_eq!(mara.orders.len(), 3);
            for id in &mara.orders {
                let order = state.orders.get(id).unwrap();
                assert!(
                    order.lines.iter().all(|line| line.view(&shop.catalogue).is_some()),
                    "{}",
                    order.number
                );
            }
        });
    }

    #[test]
    fn the_cart_that_was_not_used_for_longest_goes() {
        let shop = shop();
        shop.with(|state| {
            let first = Cart::new();
            let first_id = first.id.clone();
            state.carts.put(first_id.clone(), first);
            let second = Cart::new();
            let second_id = second.id.clone();
            state.carts.put(second_id.clone(), second);
            for _ in 2..limits::CARTS.get() {
                let cart = Cart::new();
                state.carts.put(cart.id.clone(), cart);
            }
            assert!(state.carts.get(&first_id).is_some(), "used again");
            let one_more = Cart::new();
            state.carts.put(one_more.id.clone(), one_more);
            assert!(state.carts.get(&second_id).is_none() && state.carts.get(&first_id).is_some());
            assert_eq!(state.carts.len(), limits::CARTS.get());
        });
    }
}
