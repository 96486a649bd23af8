import mime from 'mime-types';

/** Type of a name's extension, with the charset for text; `application/octet-stream` where it says nothing. */
export function contentTypeOf(name: string): string {
  const type = lookUp(name) || 'application/octet-stream';
  // As Prow has it: a charset for text, none for JSON.
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}

/** Whether a name's extension says of what type it is. */
export function hasKnownType(name: string): boolean {
  return lookUp(name) !== false;
}

function lookUp(name: string): string | false {
  return mime.lookup(name.slice(name.lastIndexOf('/') + 1));
}
