/// The style and the script of a page.
///
/// `content` is the data that ``ExplorePage`` puts before it. No graphics library is used: a
/// picture is computed layer by layer in JavaScript, as the decoder does, in single precision.
enum ExploreScript {
  static let css = """
    :root { color-scheme: light dark; --line: #8889; --accent: #0b62c4; }
    @media (prefers-color-scheme: dark) { :root { --accent: #6cb0ff; } }
    * { box-sizing: border-box; }
    body { max-width: 60rem; margin: 0 auto; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; }
    h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
    main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
    canvas { display: block; width: 100%; max-width: 28rem; border: 1px solid var(--line); }
    canvas.picture { image-rendering: pixelated; }
    canvas.plane { touch-action: none; cursor: crosshair; }
    canvas:focus-visible, input:focus-visible, select:focus-visible, button:focus-visible {
      outline: 3px solid var(--accent); outline-offset: 2px;
    }
    label { display: flex; gap: .6rem; align-items: center; }
    label span { min-width: 4.5rem; font-variant-numeric: tabular-nums; }
    input[type=range] { flex: 1; min-width: 0; }
    .row label { flex: 1; }
    .sliders { max-height: 28rem; overflow-y: auto; padding: 3px; }
    .row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .6rem 0; }
    output { font-variant-numeric: tabular-nums; }
    """

  static let text = """
    "use strict";
    // MARK: Weights

    function halves(base64) {
      const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
      const view = new DataView(bytes.buffer), values = new Float32Array(bytes.length / 2);
      for (let i = 0; i < values.length; i++) {
        const bits = view.getUint16(2 * i, true);
        const exponent = (bits >> 10) & 31, fraction = bits & 1023;
        const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
        values[i] = bits & 32768 ? -size : size;
      }
      return values;
    }
    const data = halves(content.data);

    // MARK: The decoder

    const layers = {
      dense(x, s) {
        const y = data.slice(s.weights + s.inputs * s.outputs, s.weights + (s.inputs + 1) * s.outputs);
        for (let i = 0; i < s.inputs; i++) {
          const value = x.values[i], row = s.weights + i * s.outputs;
          if (value !== 0) for (let o = 0; o < s.outputs; o++) y[o] += value * data[row + o];
        }
        return { values: y, sizes: [s.outputs] };
      },
      // Each input pixel adds the kernel, times its value, to the output: the adjoint of a convolution.
      transposed(x, s) {
        const [h, w] = x.sizes;
        const side = n => s.stride * (n - 1) - 2 * s.padding + s.kernel + s.extra;
        const rows = side(h), columns = side(w);
        const bias = s.weights + s.kernel * s.kernel * s.outputs * s.inputs;
        const y = new Float32Array(rows * columns * s.outputs);
        for (let i = 0; i < y.length; i++) y[i] = data[bias + i % s.outputs];
        for (let r = 0; r < h; r++) for (let c = 0; c < w; c++) {
          const pixel = (r * w + c) * s.inputs;
          for (let kr = 0; kr < s.kernel; kr++) {
            const row = r * s.stride + kr - s.padding;
            if (row < 0 || row >= rows) continue;
            for (let kc = 0; kc < s.kernel; kc++) {
              const column = c * s.stride + kc - s.padding;
              if (column < 0 || column >= columns) continue;
              const kernel = s.weights + (kr * s.kernel + kc) * s.outputs * s.inputs;
              for (let o = 0; o < s.outputs; o++) {
                let sum = 0;
                for (let i = 0; i < s.inputs; i++) sum += x.values[pixel + i] * data[kernel + o * s.inputs + i];
                y[(row * columns + column) * s.outputs + o] += sum;
              }
            }
          }
        }
        return { values: y, sizes: [rows, columns, s.outputs] };
      },
      scale(x, s) {
        const y = x.values.map((v, i) =>
          v * data[s.weights + i % s.channels] + data[s.weights + s.channels + i % s.channels]);
        return { values: y, sizes: x.sizes };
      },
      reshape: (x, s) => ({ values: x.values, sizes: s.sizes }),
      flatten: x => ({ values: x.values, sizes: [x.values.length] }),
      leaky: (x, s) => ({ values: x.values.map(v => v > 0 ? v : s.slope * v), sizes: x.sizes }),
      tanh: x => ({ values: x.values.map(Math.tanh), sizes: x.sizes }),
      sigmoid: x => ({ values: x.values.map(v => 1 / (1 + Math.exp(-v))), sizes: x.sizes }),
      unit: x => ({ values: x.values.map(v => 0.5 * v + 0.5), sizes: x.sizes }),
    };

    // The picture of a code and a class, as numbers from 0 to 1.
    function decode(code, label) {
      const input = new Float32Array(content.latent + content.classes);
      input.set(code);
      if (content.classes > 0) input[content.latent + label] = 1;
      let x = { values: input, sizes: [input.length] };
      for (const step of content.steps) x = layers[step.step](x, step);
      return x.values;
    }

    // Where a flow takes a code, between the points of the grid.
    function pushed(code) {
      const n = content.gridSide;
      const place = v => Math.min(n - 1.001, Math.max(0, (v / content.gridReach + 1) * (n - 1) / 2));
      const [u, v] = code.map(place), [i, j] = [Math.floor(u), Math.floor(v)];
      return [0, 1].map(axis => {
        const at = (a, b) => data[2 * ((j + b) * n + i + a) + axis];
        const [p, q] = [u - i, v - j];
        return (1 - p) * (1 - q) * at(0, 0) + p * (1 - q) * at(1, 0) + (1 - p) * q * at(0, 1) + p * q * at(1, 1);
      });
    }

    // MARK: The page

    const main = document.getElementById("main");
    function element(parent, name, properties = {}) {
      const made = Object.assign(document.createElement(name), properties);
      parent.append(made);
      return made;
    }
    const isPlane = content.gridSide > 0;
    // As far as the noise of a flow's grid, or all codes.
    const reach = isPlane ? content.gridReach : Math.max(3, 1.1 * Math.max(...content.codes.flat().map(Math.abs)));
    let code = Array.from(content.codes[0] ?? new Array(content.latent).fill(0));
    let label = content.labels[0] ?? 0;
    const left = element(main, "section"), right = element(main, "section");
    const status = element(right, "output");
    const canvas = element(right, "canvas", { className: isPlane ? "plane" : "picture" });
    canvas.setAttribute("role", "img");

    // A square in which the first two numbers of the code are dragged or moved with the arrow keys.
    let pad = null;
    if (content.latent === 2) {
      element(left, "p", { textContent: isPlane
        ? "Drag the point of the noise, or move it with the arrow keys."
        : "Drag the point of the code, or move it with the arrow keys." });
      pad = element(left, "canvas", { className: "plane", width: 448, height: 448, tabIndex: 0 });
      pad.setAttribute("role", "application");
      pad.setAttribute("aria-label", "the plane of codes; arrow keys move the point");
      const move = event => {
        const box = pad.getBoundingClientRect();
        code = [2 * (event.clientX - box.left) / box.width - 1, 1 - 2 * (event.clientY - box.top) / box.height]
          .map(v => Math.max(-1, Math.min(1, v)) * reach);
        show();
      };
      pad.addEventListener("pointerdown", event => { pad.setPointerCapture(event.pointerId); move(event); });
      pad.addEventListener("pointermove", event => { if (event.buttons) move(event); });
      pad.addEventListener("keydown", event => {
        const step = (event.shiftKey ? 0.5 : 0.1);
        const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
        if (!by) return;
        event.preventDefault();
        code = code.map((v, i) => Math.max(-reach, Math.min(reach, v + by[i])));
        show();
      });
    }

    const sliders = [];
    if (content.latent !== 2) {
      const box = element(left, "div", { className: "sliders" });
      for (let i = 0; i < content.latent; i++) {
        const row = element(box, "label");
        element(row, "span", { textContent: "z" + (i + 1) });
        const slider = element(row, "input", { type: "range", min: -4, max: 4, step: 0.01 });
        const shown = element(row, "output");
        slider.addEventListener("input", () => { code[i] = Number(slider.value); show(); });
        sliders.push([slider, shown]);
      }
    }
    if (content.classes > 0) {
      const row = element(left, "label", { className: "row", textContent: "class " });
      const choice = element(row, "select");
      for (let c = 0; c < content.classes; c++) element(choice, "option", { value: c, textContent: c });
      choice.addEventListener("change", () => { label = Number(choice.value); show(); });
      choice.value = label;
    }

    // The walk from one code to another.
    if (content.codes.length > 1) {
      const row = element(left, "div", { className: "row" });
      const ends = ["from", "to"].map((word, end) => {
        const part = element(row, "label", { textContent: word + " " + content.codeNoun + " " });
        const choice = element(part, "select");
        content.codes.forEach((_, i) => element(choice, "option", { value: i, textContent: i + 1 }));
        choice.value = end;
        return choice;
      });
      const part = element(element(left, "div", { className: "row" }), "label");
      element(part, "span", { textContent: "walk" });
      const walk = element(part, "input", { type: "range", min: 0, max: 1, step: 0.01, value: 0 });
      const go = () => {
        const [a, b] = ends.map(end => content.codes[end.value]), t = Number(walk.value);
        code = a.map((v, i) => (1 - t) * v + t * b[i]);
        show();
      };
      walk.addEventListener("input", go);
      for (const end of ends) end.addEventListener("change", go);
    }
    const draw = element(element(left, "div", { className: "row" }), "button", { textContent: (isPlane ? "Draw the noise" : "Draw a code") + " from N(0, I)" });
    draw.addEventListener("click", () => {
      code = code.map(() => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()));
      show();
    });

    function showPlane(target, points, point, reachX, reachY) {
      const context = target.getContext("2d"), [w, h] = [target.width, target.height];
      const style = getComputedStyle(document.body);
      context.clearRect(0, 0, w, h);
      const at = ([x, y]) => [(x - reachX[0]) / (reachX[1] - reachX[0]) * w, h - (y - reachY[0]) / (reachY[1] - reachY[0]) * h];
      context.strokeStyle = context.fillStyle = style.color;
      context.globalAlpha = 0.3;
      for (const axis of [[[reachX[0], 0], [reachX[1], 0]], [[0, reachY[0]], [0, reachY[1]]]]) {
        context.beginPath(); context.moveTo(...at(axis[0])); context.lineTo(...at(axis[1])); context.stroke();
      }
      for (const p of points) { const [x, y] = at(p); context.fillRect(x - 1, y - 1, 2, 2); }
      context.globalAlpha = 1;
      context.fillStyle = style.getPropertyValue("--accent");
      context.beginPath(); context.arc(...at(point), 7, 0, 7); context.fill();
    }

    const cloud = [];
    if (isPlane) {
      canvas.width = canvas.height = 448;
      // A fixed sequence of noise, so that the page looks the same every time.
      let state = 1;
      const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
      for (let i = 0; i < 2000; i++) {
        const [r, a] = [Math.sqrt(-2 * Math.log(uniform())), 2 * Math.PI * uniform()];
        cloud.push([r * Math.cos(a), r * Math.sin(a)]);
      }
    } else {
      [canvas.height, canvas.width] = content.sizes;
    }
    const images = cloud.map(pushed);
    const range = axis => {
      const values = images.map(p => p[axis]).sort((a, b) => a - b);
      const [low, high] = [values[10], values[values.length - 11]], margin = 0.1 * (high - low);
      return [low - margin, high + margin];
    };

    function show() {
      sliders.forEach(([slider, shown], i) => { slider.value = code[i]; shown.value = code[i].toFixed(2); });
      const text = (isPlane ? "noise " : "code ") + code.slice(0, 4).map(v => v.toFixed(2)).join(", ") + (code.length > 4 ? ", …" : "");
      if (pad) showPlane(pad, isPlane ? cloud : content.codes, code, [-reach, reach], [-reach, reach]);
      if (isPlane) {
        const point = pushed(code);
        showPlane(canvas, images, point, range(0), range(1));
        status.value = text + " is taken to " + point.map(v => v.toFixed(2)).join(", ");
      } else {
        const [rows, columns, channels] = content.sizes, values = decode(code, label);
        const context = canvas.getContext("2d"), picture = context.createImageData(columns, rows);
        for (let i = 0; i < rows * columns; i++) {
          for (let c = 0; c < 3; c++) {
            const value = values[i * channels + (channels === 3 ? c : 0)];
            picture.data[4 * i + c] = Math.round(255 * Math.max(0, Math.min(1, value)));
          }
          picture.data[4 * i + 3] = 255;
        }
        context.putImageData(picture, 0, 0);
        // For who wants the numbers: the address of the page with #pixels.
        if (location.hash === "#pixels") document.body.dataset.pixels = Array.from(values).join(" ");
        status.value = text;
      }
      canvas.setAttribute("aria-label", status.value);
    }
    show();
    """
}
