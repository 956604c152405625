/**
 * The secrets of the privacy proof's visitors. All are made up, and each is long and odd enough that a find is no
 * chance: real security codes have three digits, these have eight.
 */

/** Something that must not leave the browser. */
export interface Secret {
  /** Its name in failures; never part of the secret. */
  readonly name: string;
  readonly value: string;
  /**
   * Looks like code: as an id, a class, a key or a slug it cannot be distinguished from a developer's word, as the
   * threat model says. Such secrets are planted everywhere but there, and `secrets.spec.ts` pins what passes.
   */
  readonly likeCode?: true;
}

const secrets: Secret[] = [];

function add(sort: string, ...values: readonly string[]): void {
  for (const [at, value] of values.entries()) secrets.push({ name: `${sort} ${at + 1}`, value });
}

add(
  "e-mail",
  "marisela.quackenbush@wolkenfeld.example",
  "t.oyelaran+invoices@mailhaus.example",
  "BRUNHILDE_KRATZ@KONTOR.EXAMPLE",
  "j0rdan-peverell77@briefpost.example",
  "søren.bråten@fjordkontor.example",
  "xiomara@sub.domain.zentralbank.example",
  "李雯静@邮箱网站.example",
  '"odd local"@uucpnode.example',
);
add(
  "name",
  "Thaddeus Wigglesworth",
  "Grzegorz Brzęczyszczykiewicz",
  "Łukasz Żółtowski",
  "Zoë Vandenbroucke",
  "Þórdís Guðmundsdóttir",
  "Владислав Щербаков",
  "山田花子明美",
  "O'Hallorann, Seamus",
  "Nguyễn Thị Bích Phượng",
  "Dr. Anneliese Hohenzollern-Pfeiffer",
  "MACGILLICUDDY, FINNBARR",
);
add(
  "phone",
  "+1 (312) 555-0184",
  "+49 30 91827364",
  "0171-9988776 ext 44",
  "+44 20 7946 0958",
  "312.555.0147",
  "tel:+33145678912",
  "(0)89/4711-0815-2",
  "+81-3-5550-0172",
);
add(
  "card",
  "4539 1488 0343 6467",
  "5425-2334-3010-9903",
  "378282246310005",
  "6011 1111 1111 1117",
  "3530 1113 3330 0000",
  "3056 930902 5904",
  "6759649826438453",
  "6200 0000 0000 0005",
);
add("card code", "cvc 73190462", "CID: 5518-2093");
add("card expiry", "exp 11/2031-07/2026", "GOOD THRU 08/2033 04/2027");
add("social security number", "078-05-1120", "219 09 9998", "457555462", "SSN 536-22-8726");
add("account", "DE89 3704 0044 0532 0130 00", "GB33BUKB20201555555555", "CH93-0076-2011-6238-5295-7", "routing 021000089");
add(
  "token",
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI4ODE3MjYzIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  "9f86d081884c7d659a2feaa0c55ad015",
  "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
  "tQ4rV8x-Lm_29ZkPq0sWnYh7",
  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  "01M844DZG0YVM1BB80V6S7Q7RQ",
  "Bearer mF_9.B5f-4.1JqMzzTop",
  "Basic cXVhY2s6ZHVja2R1Y2tnb29zZQ==",
  "xsrf=9Zq7-Kp3v-Ww82-LmXd",
);
add(
  "API key",
  "key-live-4eC39HqLyjWDarjtT1zd",
  "AKTG-IOSF-ODNN-7EXA-MPLE",
  "tgsec.8Zs2Qw7Rt5Yp3Lk9Jh6Gf4Ds1",
  "https://hooks.chat.example/T0291/B8817/xK92mZq7Lp",
);
add(
  "password",
  "Tr0ub4dor&3-Horse",
  "hunter2!Hunter2?",
  "correct horse battery staple",
  "Пароль-9921-Секрет",
  "pa$$w0rd~Zx91#é",
  "<b>\"quoted\"&'pass'</b>",
  "  padded with space 5512  ",
);
add("one-time code", "83920174", "G-66190342", "740-118-295");
add(
  "address",
  "1428 Elmhurst Lane, Apt 7B",
  "Königsallee 92a, 40212 Düsseldorf",
  "P.O. Box 8812-3371, Anchorage",
  "221B Blackfriars Rd, SE1 8NW",
  "〒150-0041 東京都渋谷区神南",
  "Calle de Fuencarral 127, 2º izq.",
);
add(
  "free text",
  "My knee hurts since Tuesday's marathon, please call back!",
  "Ich möchte den Vertrag kündigen; meine Großmutter zahlt nicht mehr.",
  "Je suis enceinte de 3 mois (confidentiel)",
  "私は来月に離婚する予定です。",
  "We'll file for bankruptcy — don't tell Bartholomew…",
  "my ex is stalking me again 😢, what can I do?",
);
add("date of birth", "1984-06-17", "17.06.1984", "June 17th, 1984", "06/17/1984 (42y)");
add("order", "ORD-99817263", "#4471-882-1930", "INV/2026/000918273");
add("coordinates", "52.520008,13.404954", "N 48°51'29.6 E 2°17'40.2");
add("licence plate", "KR 7412XN", "B-TG 4471 E-81");
add(
  "medical",
  "HIV-positive, CD4 350/µl",
  "Zyprexa 20mg nightly, +Haldol",
  "F33.2: Depression, schwer",
  "Hämochromatose Typ 1",
  "blood type AB−, rhesus neg.",
);
add("salary", "118.450,00 € brutto", "net worth: $4,112,905");
add("handle", "@quackenbush_m84x", "skype:live:.cid.9f3b77aa01");
add("device", "203.0.113.197", "2001:db8:85a3::8a2e:370:7334", "00:1B:44:11:3A:B7", "IMEI 490154203237518", "1M8GDM9AXKP042788");
add("papers", "C01X00T478", "Steuer-Id 65 929 970 489", "A-Nr. 123 456 788-1", "12 180156 J 509");
add("wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "0x52908400098527886E0F7030069857D2E4169EE7");
add("geo and file", "IMG_20240611_183022_Sarajevo.HEIC", "C:\\Users\\mquackenb\\Desktop\\Kündigung.docx");

secrets.push(
  { name: "like code 1", value: "bartleby-quimbleton", likeCode: true },
  { name: "like code 2", value: "persephonewhitlock", likeCode: true },
  { name: "like code 3", value: "fibromyalgia_flare", likeCode: true },
  { name: "like code 4", value: "7ABC-914-XZ", likeCode: true },
);

/** All of them. */
export const SECRETS: readonly Secret[] = secrets;

/**
 * Words of the secrets that are words of the protocol, of its logs or of the fixture too: finding one of them proves
 * nothing.
 */
export const COMMON: ReadonlySet<string> = new Set(
  "example domain invoices nightly positive please padded routing battery correct bearer coming handle quoted tuesday desktop typing".split(
    " ",
  ),
);
