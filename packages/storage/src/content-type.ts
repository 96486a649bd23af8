import mime from 'mime-types';

/** Type of a name's extension, with the charset for text; `application/octet-stream` where it says nothing. */
export function contentTypeOf(name: string): string {
  return mime.contentType(name.slice(name.lastIndexOf('/') + 1)) || 'application/octet-stream';
}
