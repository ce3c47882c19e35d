import { type Dice, dice } from './dice.ts';
import type { DynamicVariable } from './dynamic-variable.ts';

/**
 * Postman's sample data, as far as requests commonly use it. Names, places and addresses are made from short lists;
 * hosts and mail addresses are those reserved for examples.
 * @see RFC 2606
 */
type Words = readonly [string, ...string[]];

const FIRST: Words = [
  'Ada',
  'Alan',
  'Barbara',
  'Claude',
  'Dennis',
  'Edsger',
  'Grace',
  'Hedy',
  'Ivan',
  'Joan',
  'Katherine',
  'Leslie',
  'Margaret',
  'Niklaus',
  'Radia',
  'Tim',
];
const LAST: Words = [
  'Clarke',
  'Dijkstra',
  'Hamilton',
  'Hopper',
  'Johnson',
  'Kay',
  'Lamarr',
  'Lamport',
  'Liskov',
  'Lovelace',
  'Perlman',
  'Ritchie',
  'Shannon',
  'Sutherland',
  'Turing',
  'Wirth',
];
const WORDS: Words = [
  'lorem',
  'ipsum',
  'dolor',
  'sit',
  'amet',
  'consectetur',
  'adipiscing',
  'elit',
  'sed',
  'tempor',
  'incididunt',
  'labore',
  'dolore',
  'magna',
  'aliqua',
  'veniam',
  'nostrud',
  'ullamco',
  'laboris',
  'nisi',
];
const COLORS: Words = [
  'red',
  'green',
  'blue',
  'yellow',
  'orange',
  'purple',
  'teal',
  'pink',
  'grey',
  'black',
  'white',
  'olive',
];
const CITIES: Words = [
  'Amsterdam',
  'Bogotá',
  'Cairo',
  'Delhi',
  'Helsinki',
  'Jakarta',
  'Lagos',
  'Lima',
  'Osaka',
  'Oslo',
  'Porto',
  'Toronto',
];
const COUNTRIES: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['Brazil', 'BR'],
  ['Canada', 'CA'],
  ['Colombia', 'CO'],
  ['Egypt', 'EG'],
  ['Finland', 'FI'],
  ['India', 'IN'],
  ['Japan', 'JP'],
  ['Kenya', 'KE'],
  ['Norway', 'NO'],
  ['Portugal', 'PT'],
];
const STREETS: Words = [
  'Main Street',
  'Park Avenue',
  'Mill Lane',
  'Station Road',
  'Church Street',
  'High Street',
  'Lake View',
  'Oak Drive',
];
const JOBS: Words = [
  'Engineer',
  'Architect',
  'Analyst',
  'Designer',
  'Manager',
  'Technician',
  'Consultant',
  'Researcher',
];
const COMPANIES: Words = ['Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli', 'Stark', 'Wayne', 'Tyrell'];
const SUFFIXES: Words = ['Inc', 'LLC', 'Group', 'and Sons'];
const PRODUCTS: Words = ['Chair', 'Table', 'Lamp', 'Keyboard', 'Bicycle', 'Shirt', 'Cheese', 'Soap'];
const MATERIALS: Words = ['Wooden', 'Steel', 'Cotton', 'Granite', 'Rubber', 'Plastic', 'Bronze', 'Paper'];
const CURRENCIES: Words = ['BRL', 'CAD', 'CHF', 'EUR', 'GBP', 'INR', 'JPY', 'NOK', 'USD'];
const MONTHS: Words = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS: Words = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const LOCALES: Words = ['de', 'en', 'es', 'fi', 'fr', 'hi', 'ja', 'nb', 'pt', 'sw'];
const PREFIXES: Words = ['Dr.', 'Mr.', 'Mrs.', 'Ms.', 'Mx.'];
const EXTENSIONS: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['txt', 'text/plain'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['json', 'application/json'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['mp3', 'audio/mpeg'],
  ['zip', 'application/zip'],
];
const AGENTS: Words = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
];
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const LETTERS = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`;
const YEAR = 365 * 24 * 60 * 60 * 1000;
const WEEK = 7 * 24 * 60 * 60 * 1000;

const words = (roll: Dice, count: number): string => Array.from({ length: count }, () => roll.one(WORDS)).join(' ');
const sentence = (roll: Dice): string => {
  const text = words(roll, roll.integer(4, 9));
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};
const repeat = (count: number, one: () => string, join: string): string =>
  Array.from({ length: count }, one).join(join);
const userName = (roll: Dice): string => `${roll.one(FIRST)}.${roll.one(LAST)}${roll.integer(10, 100)}`.toLowerCase();
const slug = (roll: Dice): string => words(roll, 3).replaceAll(' ', '-');
const host = (roll: Dice): string => `${roll.one(WORDS)}.example.${roll.one(['com', 'net', 'org'])}`;
const hex = (roll: Dice, length: number): string => roll.text(length, '0123456789abcdef');

type Make = (roll: Dice, now: number) => string;

const samples: readonly (readonly [name: string, help: string, make: Make])[] = [
  ['$randomAlphaNumeric', 'A random letter or digit.', roll => roll.text(1, LOWER + DIGITS)],
  ['$randomBoolean', 'true or false.', roll => String(roll.integer(0, 2) === 1)],
  ['$randomColor', 'A random colour name.', roll => roll.one(COLORS)],
  ['$randomHexColor', 'A random colour as #rrggbb.', roll => `#${hex(roll, 6)}`],
  [
    '$randomAbbreviation',
    'A random abbreviation.',
    roll => roll.one(['API', 'HTTP', 'JSON', 'SQL', 'TCP', 'TLS', 'XML']),
  ],
  ['$randomIP', 'A random IPv4 address.', roll => repeat(4, () => String(roll.integer(1, 255)), '.')],
  ['$randomIPV6', 'A random IPv6 address.', roll => repeat(8, () => hex(roll, 4), ':')],
  ['$randomMACAddress', 'A random MAC address.', roll => repeat(6, () => hex(roll, 2), ':')],
  ['$randomPassword', 'A random password of 15 letters and digits.', roll => roll.text(15, LETTERS)],
  ['$randomLocale', 'A random language code.', roll => roll.one(LOCALES)],
  ['$randomUserAgent', 'A random browser user agent.', roll => roll.one(AGENTS)],
  ['$randomProtocol', 'http or https.', roll => roll.one(['http', 'https'])],
  ['$randomSemver', 'A random semantic version.', roll => repeat(3, () => String(roll.integer(0, 10)), '.')],
  ['$randomFirstName', 'A random first name.', roll => roll.one(FIRST)],
  ['$randomLastName', 'A random last name.', roll => roll.one(LAST)],
  ['$randomFullName', 'A random first and last name.', roll => `${roll.one(FIRST)} ${roll.one(LAST)}`],
  ['$randomNamePrefix', 'A random title.', roll => roll.one(PREFIXES)],
  ['$randomJobTitle', 'A random job.', roll => `${roll.one(['Junior', 'Senior', 'Lead', 'Chief'])} ${roll.one(JOBS)}`],
  ['$randomJobType', 'A random kind of job.', roll => roll.one(JOBS)],
  ['$randomPhoneNumber', 'A random phone number.', roll => `${roll.integer(200, 1000)}-555-01${roll.text(2, DIGITS)}`],
  [
    '$randomPhoneNumberExt',
    'A random phone number with extension.',
    roll => `${roll.integer(10, 100)}-${roll.integer(200, 1000)}-555-01${roll.text(2, DIGITS)}`,
  ],
  ['$randomCity', 'A random city.', roll => roll.one(CITIES)],
  ['$randomStreetName', 'A random street.', roll => roll.one(STREETS)],
  [
    '$randomStreetAddress',
    'A random street with house number.',
    roll => `${roll.integer(1, 1000)} ${roll.one(STREETS)}`,
  ],
  ['$randomCountry', 'A random country.', roll => roll.one(COUNTRIES)[0]],
  ['$randomCountryCode', 'A random two-letter country code.', roll => roll.one(COUNTRIES)[1]],
  ['$randomLatitude', 'A random latitude.', roll => (roll.fraction() * 180 - 90).toFixed(4)],
  ['$randomLongitude', 'A random longitude.', roll => (roll.fraction() * 360 - 180).toFixed(4)],
  ['$randomEmail', 'A random e-mail address at example.com.', roll => `${userName(roll)}@example.com`],
  [
    '$randomExampleEmail',
    'A random e-mail address at an example domain.',
    roll => `${userName(roll)}@example.${roll.one(['com', 'net', 'org'])}`,
  ],
  ['$randomUserName', 'A random user name.', userName],
  ['$randomDomainName', 'A random domain under an example domain.', host],
  ['$randomDomainSuffix', 'A random top-level domain.', roll => roll.one(['com', 'net', 'org', 'info'])],
  ['$randomDomainWord', 'A random word as in a domain.', roll => roll.one(WORDS)],
  ['$randomUrl', 'A random URL under an example domain.', roll => `https://${host(roll)}`],
  ['$randomCompanyName', 'A random company.', roll => `${roll.one(COMPANIES)} ${roll.one(SUFFIXES)}`],
  ['$randomCompanySuffix', 'A random company suffix.', roll => roll.one(SUFFIXES)],
  ['$randomBankAccount', 'A random account number of 8 digits.', roll => roll.text(8, DIGITS)],
  ['$randomCurrencyCode', 'A random currency code.', roll => roll.one(CURRENCIES)],
  ['$randomPrice', 'A random price from 0.00 to 1000.00.', roll => (roll.integer(0, 100_001) / 100).toFixed(2)],
  ['$randomProduct', 'A random product.', roll => roll.one(PRODUCTS)],
  ['$randomProductName', 'A random product with its material.', roll => `${roll.one(MATERIALS)} ${roll.one(PRODUCTS)}`],
  ['$randomProductMaterial', 'A random material.', roll => roll.one(MATERIALS)],
  [
    '$randomDateFuture',
    'A random time within the next year.',
    (roll, now) => new Date(now + roll.fraction() * YEAR).toString(),
  ],
  [
    '$randomDatePast',
    'A random time within the last year.',
    (roll, now) => new Date(now - roll.fraction() * YEAR).toString(),
  ],
  [
    '$randomDateRecent',
    'A random time within the last week.',
    (roll, now) => new Date(now - roll.fraction() * WEEK).toString(),
  ],
  ['$randomMonth', 'A random month.', roll => roll.one(MONTHS)],
  ['$randomWeekday', 'A random day of the week.', roll => roll.one(WEEKDAYS)],
  ['$randomWord', 'A random word.', roll => roll.one(WORDS)],
  ['$randomWords', 'Some random words.', roll => words(roll, roll.integer(2, 6))],
  ['$randomLoremWord', 'A random word of Latin.', roll => roll.one(WORDS)],
  ['$randomLoremWords', 'Three random words of Latin.', roll => words(roll, 3)],
  ['$randomLoremSentence', 'A random sentence of Latin.', sentence],
  [
    '$randomLoremSentences',
    'Some random sentences of Latin.',
    roll => repeat(roll.integer(2, 5), () => sentence(roll), ' '),
  ],
  [
    '$randomLoremParagraph',
    'A random paragraph of Latin.',
    roll => repeat(roll.integer(4, 7), () => sentence(roll), ' '),
  ],
  ['$randomLoremText', 'Some random text of Latin.', roll => repeat(roll.integer(6, 10), () => sentence(roll), ' ')],
  ['$randomLoremSlug', 'Random words joined by hyphens.', slug],
  ['$randomFileName', 'A random file name.', roll => `${slug(roll)}.${roll.one(EXTENSIONS)[0]}`],
  ['$randomFileExt', 'A random file extension.', roll => roll.one(EXTENSIONS)[0]],
  ['$randomMimeType', 'A random media type.', roll => roll.one(EXTENSIONS)[1]],
];

export const sampleVariables: readonly DynamicVariable[] = samples.map(([name, help, make]) => ({
  name,
  help,
  generate: (_, { random, clock }) => make(dice(random), clock.now()),
}));
