"use strict";
// The picture: nodes in their namespaces, laid out by dagre, drawn as SVG. Text from manifests becomes text nodes only.
const SEVERITIES = ["error", "warning", "info"];
const TLS = { mtls: "mTLS", plaintext: "plaintext", simple: "TLS", mutual: "TLS with client certificate", passthrough: "TLS passthrough", mixed: "mixed TLS" };
const KINDS = { service: "Service", workload: "Workload", gateway: "Gateway", host: "External host", outside: "Clients outside the cluster", missing: "Not in the files", namespace: "Namespace" };
const EDGES = { entry: "enters the mesh", route: "routes to", mirror: "mirrors to", call: "calls", selects: "selects" };
const MODES = { outside: "outside the mesh", mixed: "mixed mTLS", bypassed: "bypasses the proxy" };
const OPEN_AT_FIRST = 60;
const SVG = "http://www.w3.org/2000/svg";
const HEAD = 28, PAD = 16, HEIGHT = 44;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
function words(text) {
  const parts = text.split(/`([^`]+)`/);
  const made = document.createDocumentFragment();
  parts.forEach((part, index) => made.append(index % 2 ? element("code", {}, part) : part));
  return made;
}
const cut = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

class Picture {
  constructor(root, data, linked) {
    this.root = root; this.data = data; this.linked = linked;
    this.canvas = root.querySelector(".canvas"); this.svg = this.canvas.querySelector("svg"); this.details = root.querySelector(".details");
    this.fields = Object.fromEntries(["target", "search", "namespace", "severity", "rule"].map((name) => [name, root.querySelector(`[data-field=${name}]`)]));
    this.view = { x: 0, y: 0, scale: 1 };
    this.world = shape("g");
    this.svg.append(this.world);
    this.listen();
    this.use(0);
  }
  use(number) {
    const mesh = this.data.meshes[number];
    this.mesh = mesh; this.chosen = null;
    this.nodes = new Map(mesh.nodes.map((node) => [node.id, node]));
    this.edges = mesh.edges.map((edge, index) => ({ ...edge, index }));
    this.spaces = new Map(mesh.namespaces.map((space) => [space.name, { ...space, members: [] }]));
    for (const node of mesh.nodes) if (node.namespace) {
      if (!this.spaces.has(node.namespace)) this.spaces.set(node.namespace, { name: node.namespace, proxy: "", findings: [], members: [] });
      this.spaces.get(node.namespace).members.push(node);
    }
    this.open = new Set(mesh.nodes.length <= OPEN_AT_FIRST ? this.spaces.keys() : []);
    this.options("namespace", [...this.spaces.keys()].filter((name) => this.spaces.get(name).members.length).sort());
    this.options("rule", [...new Set(this.numbers().map((number) => this.data.findings[number]?.rule).filter(Boolean))].sort());
    this.draw(); this.fit(); this.overview();
  }
  numbers() {
    const all = [...this.mesh.nodes, ...this.mesh.edges, ...this.mesh.namespaces].flatMap((each) => each.findings);
    return [...new Set([...all, ...this.mesh.findings])];
  }
  options(name, values) {
    const field = this.fields[name];
    field.replaceChildren(element("option", { value: "" }, "All"), ...values.map((value) => element("option", { value }, value)));
  }
  worst(numbers) {
    const found = numbers.map((number) => SEVERITIES.indexOf(this.data.findings[number]?.severity)).filter((at) => at >= 0);
    return found.length ? SEVERITIES[Math.min(...found)] : "";
  }
  // What a node is drawn as: itself, or its namespace where that is closed.
  drawn(id) { const node = this.nodes.get(id); return node.namespace && !this.open.has(node.namespace) ? "space " + node.namespace : id; }

  layout() {
    this.boxes = new Map(); this.lines = new Map();
    const graph = new dagre.graphlib.Graph({ multigraph: false });
    graph.setGraph({ rankdir: "LR", nodesep: 26, ranksep: 76, marginx: 20, marginy: 20 });
    graph.setDefaultEdgeLabel(() => ({}));
    const inner = new Map();
    for (const space of this.spaces.values()) {
      if (!space.members.length) continue;
      const key = "space " + space.name;
      if (this.open.has(space.name)) {
        const placed = this.inside(space);
        inner.set(key, placed);
        graph.setNode(key, { width: placed.width, height: placed.height });
      } else graph.setNode(key, { width: Math.max(150, Math.min(240, space.name.length * 7.6 + 60)), height: 52 });
    }
    for (const node of this.nodes.values()) if (!node.namespace) graph.setNode(node.id, size(node));
    for (const edge of this.edges) {
      const [from, to] = [this.top(edge.source), this.top(edge.target)];
      if (from !== to) graph.setEdge(from, to);
    }
    const alone = graph.nodes().filter((id) => !graph.nodeEdges(id).length);
    const rest = alone.map((id) => [id, graph.node(id)]);
    alone.forEach((id) => graph.removeNode(id));
    dagre.layout(graph);
    let bottom = 0, right = 0, area = 0;
    const placed = graph.nodes().map((id) => [id, graph.node(id)]);
    for (const [, box] of placed) { bottom = Math.max(bottom, box.y + box.height / 2); right = Math.max(right, box.x + box.width / 2); area += (box.width + 40) * (box.height + 50); }
    // Where dagre needs more room than a screen has, its order is kept and the room between nodes is not.
    this.dense = placed.length > 12 && Math.min(1100 / right, 640 / bottom) < 0.4;
    if (this.dense) {
      placed.sort(([, one], [, other]) => one.x - other.x || one.y - other.y);
      right = Math.max(1000, Math.sqrt(area * 1.8));
      const boxes = grid(placed, right, 40, 20, 50);
      bottom = 0;
      boxes.forEach((box, id) => { this.boxes.set(id, box); bottom = Math.max(bottom, box.y + box.height); });
    } else for (const [id, box] of placed) this.boxes.set(id, { x: box.x - box.width / 2, y: box.y - box.height / 2, width: box.width, height: box.height });
    grid(rest, Math.max(right, 900), 24, bottom + (bottom ? 40 : 20)).forEach((box, id) => this.boxes.set(id, box));
    for (const [key, placed] of inner) {
      const box = this.boxes.get(key);
      placed.lines.forEach((points, ends) => this.lines.set(ends, points.map(([x, y]) => [x + box.x, y + box.y])));
      placed.boxes.forEach((at, id) => this.boxes.set(id, { ...at, x: at.x + box.x, y: at.y + box.y }));
    }
  }
  top(id) { const node = this.nodes.get(id); return node.namespace ? "space " + node.namespace : id; }
  inside(space) {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 64 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const node of space.members) graph.setNode(node.id, size(node));
    for (const edge of this.edges) if (edge.source !== edge.target && graph.hasNode(edge.source) && graph.hasNode(edge.target)) graph.setEdge(edge.source, edge.target);
    const alone = graph.nodes().filter((id) => !graph.nodeEdges(id).length).map((id) => [id, graph.node(id)]);
    alone.forEach(([id]) => graph.removeNode(id));
    dagre.layout(graph);
    const boxes = new Map();
    let width = 0, height = 0;
    for (const id of graph.nodes()) {
      const box = graph.node(id);
      boxes.set(id, { x: box.x - box.width / 2 + PAD, y: box.y - box.height / 2 + HEAD + PAD / 2, width: box.width, height: box.height });
      width = Math.max(width, box.x + box.width / 2); height = Math.max(height, box.y + box.height / 2);
    }
    const lines = new Map(graph.edges().map((edge) => [edge.v + "\n" + edge.w, graph.edge(edge).points.map((point) => [point.x + PAD, point.y + HEAD + PAD / 2])]));
    const columns = Math.ceil(Math.sqrt(alone.length / 2.2));
    const widest = alone.reduce((most, [, box]) => Math.max(most, box.width), 0);
    grid(alone, Math.max(width, columns * (widest + 18)), 18, height + (height ? 18 : 0)).forEach((box, id) => {
      boxes.set(id, { ...box, x: box.x + PAD, y: box.y + HEAD + PAD / 2 });
      width = Math.max(width, box.x + box.width); height = Math.max(height, box.y + box.height);
    });
    return { boxes, lines, width: Math.max(width + 2 * PAD, space.name.length * 8 + 90), height: height + HEAD + 1.5 * PAD };
  }

  draw() {
    this.layout();
    const behind = shape("g"), lines = shape("g"), front = shape("g");
    this.drawnNodes = new Map(); this.drawnEdges = [];
    for (const space of this.spaces.values()) {
      const key = "space " + space.name, box = this.boxes.get(key);
      if (!box) continue;
      const made = this.open.has(space.name) ? this.drawSpace(space, box) : this.drawClosed(space, box);
      (this.open.has(space.name) ? behind : front).append(made);
      this.drawnNodes.set(key, made);
    }
    for (const node of this.nodes.values()) {
      if (this.drawn(node.id) !== node.id) continue;
      const made = this.drawNode(node, this.boxes.get(node.id));
      front.append(made); this.drawnNodes.set(node.id, made);
    }
    for (const bundle of this.bundles()) lines.append(this.drawEdge(bundle));
    const arrows = ["edge", "mtls", "plaintext", "tls", "error"].map((name) =>
      shape("marker", { id: "arrow-" + name, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" },
        shape("path", { d: "M0 0.6L8 4L0 7.4z", class: "arrow " + name, fill: `var(--${name})` })));
    this.world.replaceChildren(shape("defs", {}, ...arrows), behind, lines, front);
    this.filter();
  }
  // Edges between the same two drawn nodes, together where a namespace is closed.
  bundles() {
    const found = new Map();
    for (const edge of this.edges) {
      const [from, to] = [this.drawn(edge.source), this.drawn(edge.target)];
      if (from === to) continue;
      const joined = from !== edge.source || to !== edge.target;
      const key = from + "\n" + to + (joined ? "" : "\n" + edge.kind);
      if (!found.has(key)) found.set(key, { from, to, edges: [] });
      found.get(key).edges.push(edge);
    }
    return found.values();
  }
  drawSpace(space, box) {
    const label = `Namespace ${space.name}, ${counted(space.members.length, "node")}; Enter closes it`;
    const head = shape("g", { class: "head", tabindex: 0, role: "button", "aria-expanded": "true" }, shape("title", {}, label),
      shape("rect", { x: box.x, y: box.y, width: box.width, height: HEAD, fill: "transparent" }),
      text(box.x + PAD, box.y + 19, "▾ " + space.name));
    this.button(head, () => this.toggle(space.name));
    const made = shape("g", { class: "space" }, shape("rect", { ...box, rx: 12, class: "box" }), head);
    const badge = this.badge(space.findings, box.x + box.width - 14, box.y + 14);
    if (badge) { made.append(badge); this.button(badge, () => this.choose({ space })); badge.setAttribute("tabindex", 0); badge.setAttribute("role", "button"); badge.prepend(shape("title", {}, `${counted(space.findings.length, "finding")} on namespace ${space.name}`)); }
    return made;
  }
  drawClosed(space, box) {
    const findings = this.ofSpace(space), worst = this.worst(findings);
    const modes = [...new Set(space.members.map((node) => node.mtls).filter(Boolean))];
    const mode = modes.length > 1 ? "mixed mTLS" : MODES[modes[0]] || modes[0] || "";
    const made = shape("g", { class: "node namespace " + worst, tabindex: 0, role: "button", "aria-expanded": "false" },
      shape("title", {}, `Namespace ${space.name}, ${counted(space.members.length, "node")}, ${counted(findings.length, "finding")}; Enter opens it`),
      shape("rect", { x: box.x + 4, y: box.y + 4, width: box.width, height: box.height, rx: 10, class: "shape" }),
      shape("rect", { ...box, rx: 10, class: "shape" }),
      text(box.x + 14, box.y + 22, "▸ " + cut(space.name, 27)),
      text(box.x + 26, box.y + 40, [counted(space.members.length, "node"), mode].filter(Boolean).join(", "), "sub"));
    const badge = this.badge(findings, box.x + box.width, box.y);
    if (badge) made.append(badge);
    this.button(made, () => this.toggle(space.name));
    return made;
  }
  ofSpace(space) {
    const names = new Set(space.members.map((node) => node.id));
    const inner = this.edges.filter((edge) => names.has(edge.source) && names.has(edge.target));
    return [...new Set([...space.findings, ...space.members.flatMap((node) => node.findings), ...inner.flatMap((edge) => edge.findings)])];
  }
  drawNode(node, box) {
    const worst = this.worst(node.findings);
    const mode = subtitle(node);
    const style = { STRICT: "strict", DISABLE: "disable", outside: "outside" }[node.mtls] || "";
    const label = `${KINDS[node.kind]} ${node.namespace ? node.namespace + "/" : ""}${node.name}${mode ? ", " + mode : ""}, ${counted(node.findings.length, "finding")}`;
    const round = node.kind === "host" || node.kind === "outside" ? box.height / 2 : 8;
    const made = shape("g", { class: `node ${node.kind} ${worst}`, tabindex: 0, role: "button" }, shape("title", {}, label),
      shape("rect", { ...box, rx: round, class: "shape" }), icon(node, box.x + 20, box.y + box.height / 2),
      text(box.x + 38, box.y + (mode ? 19 : 27), cut(node.name, 28)));
    if (mode) made.append(text(box.x + 38, box.y + 35, mode, "sub " + style));
    const badge = this.badge(node.findings, box.x + box.width, box.y);
    if (badge) made.append(badge);
    this.button(made, () => this.choose({ node }));
    return made;
  }
  badge(numbers, x, y) {
    if (!numbers.length) return null;
    const label = String(numbers.length), width = 10 + label.length * 7;
    return shape("g", { class: "count " + this.worst(numbers) }, shape("rect", { x: x - width / 2, y: y - 9, width, height: 18, rx: 9 }), text(x, y + 4, label, "", "middle"));
  }
  drawEdge(bundle) {
    const { edges } = bundle, findings = [...new Set(edges.flatMap((edge) => edge.findings))], worst = this.worst(findings);
    const broken = edges.some((edge) => edge.broken);
    const kinds = new Set(edges.map((edge) => edge.tls || "")), tls = kinds.size === 1 ? [...kinds][0] : "mixed";
    const from = this.boxes.get(bundle.from), to = this.boxes.get(bundle.to);
    const routed = this.lines.get(bundle.from + "\n" + bundle.to);
    const { path, x, y } = routed ? through(routed) : curve(from, to);
    const joined = bundle.from !== edges[0].source || bundle.to !== edges[0].target;
    const label = joined ? (edges.length > 1 ? String(edges.length) : "") : [edges[0].label, edges[0].broken ? "fails" : ""].filter(Boolean).join(", ");
    const color = broken || worst === "error" ? "error" : tls === "mtls" ? "mtls" : tls === "plaintext" ? "plaintext" : ["simple", "mutual", "passthrough"].includes(tls) ? "tls" : "edge";
    const spoken = `${this.title(edges[0].source)} ${EDGES[edges[0].kind]} ${this.title(edges[0].target)}${joined && edges.length > 1 ? ` and ${edges.length - 1} more` : ""}, ${TLS[tls] || "TLS unknown"}${broken ? ", fails" : ""}, ${counted(findings.length, "finding")}`;
    const made = shape("g", { class: `edge ${tls} ${joined ? "" : edges[0].kind} ${worst} ${broken ? "broken" : ""}`, role: "button" }, shape("title", {}, spoken),
      shape("path", { d: path, class: "hit" }), shape("path", { d: path, class: "line", "marker-end": `url(#arrow-${color})` }));
    if (findings.length || broken) made.setAttribute("tabindex", 0);
    const badge = this.badge(findings, x, y);
    if (label) made.append(text(x, y - (badge ? 13 : 5), label, "", "middle"));
    if (badge) made.append(badge);
    this.button(made, () => this.choose({ bundle }));
    this.drawnEdges.push({ bundle, made });
    return made;
  }
  title(id) { const node = this.nodes.get(id); return node.namespace ? `${node.namespace}/${node.name}` : node.name; }
  button(made, act) {
    made.addEventListener("click", (event) => { if (!this.moved) { event.stopPropagation(); act(); } });
    made.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); act(); } });
  }
  toggle(name, open = !this.open.has(name)) {
    const key = "space " + name, before = this.boxes.get(key);
    if (open) this.open.add(name); else this.open.delete(name);
    this.draw();
    const now = this.boxes.get(key);
    if (before && now) { this.view.x += (before.x - now.x) * this.view.scale; this.view.y += (before.y - now.y) * this.view.scale; this.move(); }
    this.choose({ space: this.spaces.get(name) });
    const made = this.drawnNodes.get(key);
    (made?.querySelector(".head") || made)?.focus({ preventScroll: true });
  }
  all(open) { this.open = new Set(open ? this.spaces.keys() : []); this.draw(); this.fit(); }

  filter() {
    const search = this.fields.search.value.trim().toLowerCase(), namespace = this.fields.namespace.value;
    const severity = this.fields.severity.value, rule = this.fields.rule.value;
    const fits = (numbers) => numbers.some((number) => { const found = this.data.findings[number]; return found && (!severity || found.severity === severity) && (!rule || found.rule === rule); });
    const byFinding = Boolean(severity || rule);
    const nodeFits = (node) => (!namespace || node.namespace === namespace) && (!search || `${node.namespace || ""}/${node.name}`.toLowerCase().includes(search)) && (!byFinding || fits(node.findings));
    const edgeFits = (edge) => {
      const ends = [this.nodes.get(edge.source), this.nodes.get(edge.target)];
      return (!namespace || ends.some((node) => node.namespace === namespace)) && (!search || ends.some((node) => `${node.namespace || ""}/${node.name}`.toLowerCase().includes(search))) && (!byFinding || fits(edge.findings));
    };
    const bright = new Set();
    for (const { bundle, made } of this.drawnEdges) {
      const fit = bundle.edges.some(edgeFits);
      made.classList.toggle("dim", !fit);
      if (fit) bright.add(bundle.from).add(bundle.to);
    }
    let shown = 0;
    for (const [key, made] of this.drawnNodes) {
      const space = key.startsWith("space ") ? this.spaces.get(key.slice(6)) : null;
      const fit = space ? space.members.some(nodeFits) || (byFinding && fits(this.ofSpace(space)) && (!namespace || space.name === namespace)) : nodeFits(this.nodes.get(key));
      if (fit) shown += 1;
      made.classList.toggle("dim", !(fit || bright.has(key) || (space && this.open.has(space.name))));
    }
    this.root.querySelector(".found").textContent = search || namespace || byFinding ? `${counted(shown, "match")}`.replace("matchs", "matches") : "";
    this.mark();
  }
  mark() {
    for (const [key, made] of this.drawnNodes) made.classList.toggle("chosen", this.chosen?.node?.id === key || (this.chosen?.space && "space " + this.chosen.space.name === key) || false);
    for (const { bundle, made } of this.drawnEdges) made.classList.toggle("chosen", this.chosen?.bundle?.from === bundle.from && this.chosen?.bundle?.to === bundle.to && this.chosen?.bundle?.edges[0].kind === bundle.edges[0].kind);
    const near = this.chosen?.node?.id || (this.chosen?.space && "space " + this.chosen.space.name) || "";
    const inside = this.chosen?.space && this.open.has(this.chosen.space.name) ? new Set(this.chosen.space.members.map((node) => node.id)) : new Set();
    for (const { bundle, made } of this.drawnEdges) {
      const touches = [bundle.from, bundle.to].some((id) => id === near || inside.has(id)) || this.lines.has(bundle.from + "\n" + bundle.to);
      made.classList.toggle("faint", this.dense && !touches && !made.classList.contains("chosen"));
    }
  }
  reveal(id) {
    const node = this.nodes.get(id);
    if (node.namespace && !this.open.has(node.namespace)) { this.open.add(node.namespace); this.draw(); }
    this.choose({ node }); this.center(this.boxes.get(id));
  }
  // Shows where a finding is; false if it is on none of the elements.
  find(number) {
    const edge = this.edges.find((each) => each.findings.includes(number)), node = this.mesh.nodes.find((each) => each.findings.includes(number));
    const space = this.mesh.namespaces.find((each) => each.findings.includes(number));
    if (edge) { for (const id of [edge.source, edge.target]) { const at = this.nodes.get(id); if (at.namespace) this.open.add(at.namespace); } this.draw(); this.choose({ bundle: { from: edge.source, to: edge.target, edges: [edge] } }); this.center(this.boxes.get(edge.target)); }
    else if (node) this.reveal(node.id);
    else if (space) { this.choose({ space: this.spaces.get(space.name) }); const box = this.boxes.get("space " + space.name); if (box) this.center(box); }
    else this.overview();
    return Boolean(edge || node || space);
  }

  choose(what) {
    this.chosen = what; this.mark();
    if (what.node) this.showNode(what.node);
    else if (what.space) this.showSpace(what.space);
    else this.showBundle(what.bundle);
    this.details.scrollTop = 0;
  }
  show(...parts) { this.details.replaceChildren(...parts.flat().filter(Boolean)); }
  overview() {
    const numbers = this.numbers(), free = this.mesh.findings;
    const counts = SEVERITIES.map((severity) => [severity, numbers.filter((number) => this.data.findings[number]?.severity === severity).length]).filter(([, count]) => count);
    this.show(element("h3", {}, this.mesh.target || "The mesh"),
      element("p", {}, `${counted(this.mesh.nodes.length, "node")} in ${counted([...this.spaces.values()].filter((space) => space.members.length).length, "namespace")}, ${counted(this.mesh.edges.length, "edge")}.`),
      element("p", {}, ...(counts.length ? counts.flatMap(([severity, count]) => [element("span", { class: "badge " + severity }, counted(count, severity)), " "]) : ["No findings."])),
      element("p", { class: "at" }, "Select a node, an edge or a namespace to see its findings and manifest lines. Drag to move, scroll or use + and − to zoom, 0 to fit."),
      ...this.failing(), ...this.findings(free, "Findings on the mesh"));
  }
  failing() {
    const broken = this.edges.filter((edge) => edge.broken);
    return broken.length ? [element("h4", {}, "Calls that fail"), this.list(broken.slice(0, 50).map((edge) => this.link(edge)))] : [];
  }
  link(edge) {
    const made = element("button", { type: "button" }, `${this.title(edge.source)} → ${this.title(edge.target)}`, edge.broken ? element("span", { class: "broken" }, " fails") : null);
    made.addEventListener("click", () => { this.choose({ bundle: { from: this.drawn(edge.source), to: this.drawn(edge.target), edges: [edge] } }); });
    return made;
  }
  list(items) { return element("ul", {}, ...items.map((item) => element("li", {}, item))); }
  showNode(node) {
    const out = this.edges.filter((edge) => edge.source === node.id), into = this.edges.filter((edge) => edge.target === node.id);
    this.show(element("h3", {}, this.title(node.id)),
      element("p", { class: "at" }, [KINDS[node.kind], node.mtls ? `mTLS ${MODES[node.mtls] || node.mtls}` : "", node.proxy && node.proxy !== "outside" && node.kind !== "missing" ? `proxy: ${node.proxy}` : "", node.ports.length ? `ports ${node.ports.join(", ")}` : ""].filter(Boolean).join(" · ")),
      this.place(node.place), ...this.findings(node.findings), ...this.facts(node.facts),
      ...(into.length ? [element("h4", {}, "From"), this.list(into.map((edge) => this.link(edge)))] : []),
      ...(out.length ? [element("h4", {}, "To"), this.list(out.map((edge) => this.link(edge)))] : []));
  }
  showSpace(space) {
    const rows = space.members.map((node) => { const made = element("button", { type: "button" }, node.name, node.findings.length ? element("span", { class: "at" }, ` ${counted(node.findings.length, "finding")}`) : null); made.addEventListener("click", () => this.reveal(node.id)); return made; });
    this.show(element("h3", {}, space.name), element("p", { class: "at" }, `Namespace, ${counted(space.members.length, "node")}`), ...this.findings(space.findings, "Findings on the namespace"), element("h4", {}, "Nodes"), this.list(rows));
  }
  showBundle(bundle) {
    if (bundle.edges.length > 1) {
      const all = [...new Set(bundle.edges.flatMap((edge) => edge.findings))];
      this.show(element("h3", {}, `${bundle.from.replace(/^space /, "")} → ${bundle.to.replace(/^space /, "")}`), element("p", { class: "at" }, counted(bundle.edges.length, "edge")), this.list(bundle.edges.map((edge) => this.link(edge))), ...this.findings(all));
      return;
    }
    const edge = bundle.edges[0];
    const verdict = { all: "all requests are admitted", some: "some requests are admitted", none: "no request is admitted" }[edge.verdict] || "";
    this.show(element("h3", {}, `${this.title(edge.source)} → ${this.title(edge.target)}`),
      element("p", { class: "at" }, [EDGES[edge.kind], edge.label, TLS[edge.tls] || "", verdict].filter(Boolean).join(" · ")),
      edge.broken ? element("p", { class: "broken" }, "Fails: ", words(edge.broken)) : null, ...this.findings(edge.findings), ...this.facts(edge.facts),
      element("h4", {}, "Ends"), this.list([edge.source, edge.target].map((id) => { const made = element("button", { type: "button" }, this.title(id)); made.addEventListener("click", () => this.reveal(id)); return made; })));
  }
  facts(facts) {
    const groups = new Map();
    for (const fact of facts) groups.set(fact.topic, [...(groups.get(fact.topic) || []), fact]);
    return [...groups].flatMap(([topic, found]) => [element("h4", {}, topic), this.list(found.map((fact) => element("div", {}, words(fact.words), this.place(fact.place))))]);
  }
  findings(numbers, title = "Findings") {
    const order = [...new Set(numbers)].filter((number) => this.data.findings[number]).sort((one, other) => SEVERITIES.indexOf(this.data.findings[one].severity) - SEVERITIES.indexOf(this.data.findings[other].severity));
    if (!order.length) return [];
    return [element("h4", {}, title), element("ul", {}, ...order.slice(0, 60).map((number) => this.finding(number))), order.length > 60 ? element("p", { class: "at" }, `${counted(order.length - 60, "more finding")}.`) : null];
  }
  finding(number) {
    const found = this.data.findings[number];
    const rule = this.linked ? element("a", { href: `#finding-${number}` }, found.rule) : element("span", {}, found.rule);
    return element("li", { class: "finding " + found.severity }, element("div", { class: "meta" }, element("span", { class: "badge " + found.severity }, found.severity), rule), element("p", {}, words(found.message)), this.place(found.place),
      found.hint ? element("p", { class: "help" }, words(found.hint)) : null,
      ...found.related.map((one) => element("div", {}, words(one.message), this.place(one.place))));
  }
  place(at) {
    if (!at) return null;
    return element("div", {}, element("div", { class: "at" }, `${at.path}:${at.line}`), at.text ? element("pre", { tabindex: 0 }, element("code", {}, at.text.trim())) : null);
  }

  listen() {
    for (const name of ["search", "namespace", "severity", "rule"]) this.fields[name].addEventListener("input", () => { this.filter(); });
    this.fields.namespace.addEventListener("change", () => { const name = this.fields.namespace.value; if (name) { this.open.add(name); this.draw(); this.choose({ space: this.spaces.get(name) }); this.center(this.boxes.get("space " + name)); } });
    this.fields.target?.addEventListener("change", () => this.use(Number(this.fields.target.value)));
    this.fields.search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const search = this.fields.search.value.trim().toLowerCase();
      const found = search && this.mesh.nodes.find((node) => `${node.namespace || ""}/${node.name}`.toLowerCase().includes(search));
      if (found) this.reveal(found.id);
    });
    const acts = { open: () => this.all(true), close: () => this.all(false), in: () => this.zoom(1.25), out: () => this.zoom(0.8), fit: () => this.fit() };
    for (const made of this.root.querySelectorAll("[data-act]")) made.addEventListener("click", acts[made.dataset.act]);
    this.canvas.addEventListener("wheel", (event) => {
      if (this.linked && !event.ctrlKey && !event.metaKey) return; // a report scrolls
      event.preventDefault();
      const box = this.canvas.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    const fingers = new Map();
    this.canvas.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, event); this.moved = false; });
    window.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
      if (other) {
        const box = this.canvas.getBoundingClientRect(), far = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
        this.zoom(far(event, other) / Math.max(1, far(before, other)), (event.clientX + other.clientX) / 2 - box.left, (event.clientY + other.clientY) / 2 - box.top);
      } else if (this.moved || Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > 4) {
        this.moved = true; this.canvas.classList.add("dragging");
        this.view.x += event.clientX - before.clientX; this.view.y += event.clientY - before.clientY; this.move();
      } else return;
      fingers.set(event.pointerId, event);
    });
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, (event) => { fingers.delete(event.pointerId); this.canvas.classList.remove("dragging"); });
    this.canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      if (step) { this.view.x += step[0]; this.view.y += step[1]; this.move(); } else if (event.key === "+") this.zoom(1.25); else if (event.key === "-") this.zoom(0.8); else if (event.key === "0") this.fit(); else return;
      event.preventDefault();
    });
    this.canvas.addEventListener("click", (event) => { if (!this.moved && event.target === this.svg) { this.chosen = null; this.mark(); this.overview(); } });
    window.addEventListener("resize", () => this.fit());
  }
  move() { this.world.setAttribute("transform", `translate(${this.view.x} ${this.view.y}) scale(${this.view.scale})`); }
  zoom(by, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const scale = Math.max(0.03, Math.min(4, this.view.scale * by)), ratio = scale / this.view.scale;
    this.view = { x: x - (x - this.view.x) * ratio, y: y - (y - this.view.y) * ratio, scale }; this.move();
  }
  fit() {
    const boxes = [...this.boxes.values()];
    if (!boxes.length) return;
    const left = Math.min(...boxes.map((box) => box.x)), top = Math.min(...boxes.map((box) => box.y));
    const width = Math.max(...boxes.map((box) => box.x + box.width)) - left, height = Math.max(...boxes.map((box) => box.y + box.height)) - top;
    const scale = Math.max(0.03, Math.min(1.2, (this.canvas.clientWidth - 40) / width, (this.canvas.clientHeight - 80) / height));
    this.view = { scale, x: (this.canvas.clientWidth - width * scale) / 2 - left * scale, y: (this.canvas.clientHeight - 40 - height * scale) / 2 - top * scale }; this.move();
  }
  center(box) {
    const scale = Math.max(this.view.scale, 0.8);
    this.view = { scale, x: this.canvas.clientWidth / 2 - (box.x + box.width / 2) * scale, y: this.canvas.clientHeight / 2 - (box.y + box.height / 2) * scale }; this.move();
  }
}
function size(node) { return { width: Math.max(110, Math.min(28, node.name.length) * 7.7 + 52, subtitle(node).length * 6.4 + 52), height: HEIGHT }; }
function subtitle(node) {
  if (node.kind === "missing") return node.proxy === "gateway" ? "gateway not in the files" : "not in the files";
  if (node.kind === "host") return "external host";
  if (node.kind === "gateway") return ["gateway", ...new Set(node.ports.map((port) => port.split(" ")[0]))].slice(0, 4).join(" ");
  return MODES[node.mtls] || node.mtls || "";
}
function text(x, y, words, kind = "", anchor = "start") { return shape("text", { x, y, class: kind, "text-anchor": anchor, "aria-hidden": "true" }, words); }
function grid(items, width, gap, top, rowGap = gap) {
  const boxes = new Map();
  let x = 0, y = top, row = 0;
  for (const [id, { width: w, height: h }] of items) {
    if (x && x + w > width) { x = 0; y += row + rowGap; row = 0; }
    boxes.set(id, { x, y, width: w, height: h });
    x += w + gap; row = Math.max(row, h);
  }
  return boxes;
}
function curve(from, to) {
  const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const [fx, fy] = middle(from), [tx, ty] = middle(to);
  let x1, y1, x2, y2, bend;
  if (to.x >= from.x + from.width - 4) { [x1, y1, x2, y2] = [from.x + from.width, fy, to.x, ty]; bend = [Math.max(24, (x2 - x1) / 2), 0]; }
  else if (from.x >= to.x + to.width - 4) { [x1, y1, x2, y2] = [from.x, fy + 9, to.x + to.width, ty + 9]; bend = [-Math.max(24, (x1 - x2) / 2), 0]; }
  else if (ty > fy) { [x1, y1, x2, y2] = [fx, from.y + from.height, tx, to.y]; bend = [0, Math.max(16, (y2 - y1) / 2)]; }
  else { [x1, y1, x2, y2] = [fx, from.y, tx, to.y + to.height]; bend = [0, -Math.max(16, (y1 - y2) / 2)]; }
  const path = `M${x1} ${y1}C${x1 + bend[0]} ${y1 + bend[1]} ${x2 - bend[0]} ${y2 - bend[1]} ${x2} ${y2}`;
  return { path, x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
}
// A smooth line through the points that dagre routed it by.
function through(points) {
  const [first, ...rest] = points, last = rest[rest.length - 1];
  let path = `M${first[0]} ${first[1]}`;
  rest.slice(0, -1).forEach(([x, y], index) => { const [nx, ny] = rest[index + 1]; const end = index === rest.length - 2 ? last : [(x + nx) / 2, (y + ny) / 2]; path += `Q${x} ${y} ${end[0]} ${end[1]}`; });
  if (rest.length === 1) path += `L${last[0]} ${last[1]}`;
  const middle = points[Math.floor(points.length / 2)];
  return { path, x: middle[0], y: middle[1] };
}
function icon(node, x, y) {
  const paths = {
    service: "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0M-3 0h6M0 -3v6", workload: "M-6 -6h12v12h-12zM-6 -1h12", gateway: "M-7 0l4 -7h6l4 7l-4 7h-6z",
    host: "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0M-7 0h14M0 -7c4 4 4 10 0 14M0 -7c-4 4 -4 10 0 14", outside: "M-6 7c0 -8 12 -8 12 0M-3.5 -3.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
    missing: "M-3 -4a3 3 0 1 1 3 4v2M0 5v1.5", namespace: "M-7 -5h14v10h-14z",
  };
  return shape("path", { d: paths[node.kind] || paths.service, transform: `translate(${x} ${y})`, class: "icon" });
}
