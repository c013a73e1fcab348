import assert from "node:assert/strict";
import { test } from "node:test";

import { parseRequest } from "../src/request";

test("requests", () => {
  assert.deepEqual(parseRequest("http://a/"), { source: "outside", method: "GET", url: "http://a/" });
  assert.deepEqual(parseRequest(" post  http://a/ "), { source: "outside", method: "POST", url: "http://a/" });
  assert.deepEqual(parseRequest("--from shop/web GET http://a/"), { source: "shop/web", method: "GET", url: "http://a/" });
});

test("what is no request", () => {
  for (const typed of ["", "--from", "--from shop/web", "GET http://a/ b"]) {
    assert.equal(typeof parseRequest(typed), "string", typed);
  }
});
