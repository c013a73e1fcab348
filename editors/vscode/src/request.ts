/** A request to trace, as it is typed: `[--from NAMESPACE/NAME] [METHOD] URL`. */

export interface TracedRequest {
  readonly source: string;
  readonly method: string;
  readonly url: string;
}

/** The request, or why it is not one. */
export function parseRequest(typed: string): TracedRequest | string {
  const words = typed.trim().split(/\s+/).filter((word) => word !== "");
  let source = "outside";
  if (words[0] === "--from") {
    const named = words[1];
    if (named === undefined) {
      return "name the client after --from: NAMESPACE/NAME";
    }
    source = named;
    words.splice(0, 2);
  }
  const method = words.length > 1 ? words.shift()! : "GET";
  const url = words.shift();
  if (url === undefined) {
    return "a URL is missing: --from shop/web GET http://cart.shop/items";
  }
  if (words.length > 0) {
    return `unexpected \`${words[0]}\` after the URL`;
  }
  return { source, method: method.toUpperCase(), url };
}
