/** Fewest characters of a secret that is looked for. Replacing `1` or `true` everywhere would hide the log itself. */
export const SHORTEST_SECRET = 6;
const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * The ways in which a secret may stand in a line of text: as it is, in JSON, in XML, in a URL, and inside of base64 and
 * base64url at each of the three places its bytes can begin in a group of four characters.
 *
 * A secret of several lines is looked for as a whole, with either line end, and line by line, since what is read so shows
 * some of it. Shorter ones than {@link SHORTEST_SECRET} have no forms.
 */
export function formsOf(secret: string): readonly string[] {
  const lines = secret
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_SECRET);
  const whole = secret.trim();
  if (whole.length < SHORTEST_SECRET) return [];
  const isOneLine = !/[\r\n]/.test(whole);
  const unix = whole.replace(/\r\n?/g, '\n');
  const forms = [
    ...lines,
    ...(isOneLine ? [] : [whole, unix, unix.replaceAll('\n', '\r\n')]),
    ...(isOneLine ? lines : [whole, secret, unix]).flatMap(inText),
    ...[...new Set([secret, whole, ...lines])].flatMap(inBase64),
  ];
  return [...new Set(forms)].filter(
    (form) => form.length >= SHORTEST_SECRET && form === form.replace(/^[\r\n]+|[\r\n]+$/g, ''),
  );
}

function inText(secret: string): readonly string[] {
  const url = encodeURIComponent(secret.replace(LONE_SURROGATE, '\ufffd'));
  const strictUrl = url.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const urls = [url, strictUrl, strictUrl.replaceAll('%20', '+')];
  const json = JSON.stringify(secret).slice(1, -1);
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const attribute = xml.replaceAll('"', '&quot;');
  return [
    json,
    xml,
    attribute,
    attribute.replaceAll("'", '&apos;'),
    attribute.replaceAll("'", '&#39;'),
    ...urls,
    ...urls.map((text) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())),
  ];
}

/** Base64's characters that hold nothing but the secret's own bits, when 0, 1 or 2 bytes of its group come before it. */
function inBase64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
