/**
 * What visitors type, all of it invented: e-mail addresses at example.com, phones 555-01xx, and the cards that payment
 * providers publish for tests.
 */

import type { Dice } from "./dice.ts";

const FIRST = [
  "Ada",
  "Bruno",
  "Carla",
  "Dario",
  "Elif",
  "Farid",
  "Greta",
  "Hugo",
  "Ines",
  "Jonah",
  "Kofi",
  "Lena",
  "Milan",
  "Nora",
];
const LAST = ["Ashdown", "Brightwell", "Calloway", "Dunmore", "Everly", "Fairbank", "Goodwin", "Hollis", "Iversen", "Jarvis"];
const STREETS = ["Sample Street", "Placeholder Road", "Testing Lane", "Specimen Avenue", "Mock Orange Way", "Example Row"];
const CITIES = [
  ["Springfield", "OR", "97475"],
  ["Fairview", "NJ", "07022"],
  ["Riverton", "UT", "84065"],
  ["Georgetown", "TX", "78626"],
  ["Madison", "WI", "53703"],
] as const;

/** The person that a visitor is; `visit.ts` keeps it. */
export interface Person {
  first: string;
  last: string;
  email: string;
  phone: string;
  line1: string;
  line2: string;
  city: string;
  region: string;
  postcode: string;
  country: string;
}

/** Invents a person. */
export function person(dice: Dice): Person {
  const [first, last] = [dice.pick(FIRST), dice.pick(LAST)];
  const [city, region, postcode] = dice.pick(CITIES);
  return {
    first,
    last,
    email: `${first}.${last}${dice.int(1, 9999)}@example.com`.toLowerCase(),
    phone: `555-01${dice.int(0, 99).toString().padStart(2, "0")}`,
    line1: `${dice.int(1, 240)} ${dice.pick(STREETS)}`,
    line2: dice.chance(0.25) ? `Apt ${dice.int(1, 30)}` : "",
    city,
    region,
    postcode,
    country: dice.weighted(["US", "CA", "DE", "FR", "GB"], (code) => (code === "US" ? 12 : 1)) ?? "US",
  };
}

/** The shop's customers from its start (demo/shop/data/people.json), with and without saved cards and addresses. */
export const KNOWN = ["mara@example.com", "theo@example.com", "priya@example.com"];
export const PASSWORD = "not-a-real-password";

export const GOOD_CARDS = ["4242424242424242", "5555555555554444", "378282246310005"];
export const DECLINED_CARDS = ["4000000000000002", "4000000000009995"];
/** Its check digit is wrong. */
export const WRONG_CARD = "4242424242424241";

/** Promo codes: valid, expired, one that breaks the API, and unknown ones. */
export const PROMOS = {
  good: ["WELCOME10", "FREESHIP"],
  over: "SPRING",
  broken: "TEAPARTY",
  unknown: ["SAVE20", "COFFEE", "HOLIDAY"],
};

const SEARCHES = {
  coffee: ["kenya", "espresso", "decaf", "light roast", "ethiopia", "dark chocolate", "filter coffee"],
  tea: ["oolong", "green tea", "mint", "earl grey", "darjeeling", "smoky"],
  brewing: ["kettle", "grinder", "dripper", "french press", "scale", "paper filters"],
  table: ["mug", "apron", "pot", "towel", "cups"],
} as const;
const NOWHERE = ["matcha bowl", "capsules", "gift card", "moka", "iced coffee maker"];

/** A category of the shop that a visitor prefers. */
export type Category = keyof typeof SEARCHES;
export const CATEGORIES = Object.keys(SEARCHES) as Category[];

/** A search of a visitor with this taste; sometimes the shop has nothing of the kind. */
export const search = (dice: Dice, taste: Category): string =>
  dice.chance(0.12) ? dice.pick(NOWHERE) : dice.pick(SEARCHES[dice.chance(0.75) ? taste : dice.pick(CATEGORIES)]);

export const REVIEWS = [
  ["Very pleased", "Arrived quickly and tastes as described. I will order it again next month."],
  ["Not for me", "Well made, but not what I expected from the pictures. The parcel was fine."],
  ["Good value", "We have used it every day for two weeks now and would not give it back."],
  ["A bit strong", "Use less than the packet says, then it is lovely. My kitchen smells wonderful."],
] as const;

export const NOTES = [
  "Happy birthday! Something for slow mornings.",
  "Thank you for watering the plants. See you soon!",
  "For your new kitchen. Please share the first cup with us.",
];

export const MESSAGES = [
  "Hello, could you tell me when my parcel will arrive? The page says it is being packed.",
  "Which grind would you suggest for a small steel filter? Mine clogs with everything I try.",
  "One of the cups came with a crack. I have attached a picture. What should I do now?",
];

export const CHATS = ["is the kiamba back soon?", "do you grind for moka pots"];
