/// The script of the report. Without it everything is readable; with it figures answer to the pointer and the slider.
enum PageScript {
  /// Put into the head: says that scripts run, before anything is drawn.
  static let early = "document.documentElement.classList.add('js');"

  static let text = #"""
    (() => {
    'use strict';
    const root = document.documentElement;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches;
    const live = new Set();
    const style = name => getComputedStyle(root).getPropertyValue(name).trim();
    const toggle = document.getElementById('theme');
    const name = () => { toggle.textContent = isDark() ? 'Light' : 'Dark'; };
    const repaint = () => { name(); live.forEach(plot => Plotly.relayout(plot, paint({}, plot.layout.scene))); };
    toggle.addEventListener('click', () => { root.dataset.theme = isDark() ? 'light' : 'dark'; repaint(); });
    dark.addEventListener('change', repaint);
    name();
    const closed = [];
    addEventListener('beforeprint', () => document.querySelectorAll('details:not([open])').forEach(d => { closed.push(d); d.open = true; }));
    addEventListener('afterprint', () => { while (closed.length) closed.pop().open = false; });
    if (typeof Plotly === 'undefined') return;

    // Colours of the page, as changes to a layout; axes of a scene are its own.
    function paint(changes, scene) {
      const text = style('--text'), grid = style('--grid'), line = style('--line');
      Object.assign(changes, {
        'font.color': text, 'paper_bgcolor': 'rgba(0,0,0,0)', 'plot_bgcolor': 'rgba(0,0,0,0)',
        'modebar.bgcolor': 'rgba(0,0,0,0)', 'modebar.color': style('--muted'), 'modebar.activecolor': text,
        'hoverlabel.bgcolor': style('--surface'), 'hoverlabel.bordercolor': line, 'hoverlabel.font.color': text
      });
      for (const axis of scene ? ['scene.xaxis', 'scene.yaxis', 'scene.zaxis'] : ['xaxis', 'yaxis']) Object.assign(changes, {
        [axis + '.gridcolor']: grid, [axis + '.linecolor']: style('--muted'), [axis + '.tickcolor']: style('--muted')
      });
      return changes;
    }

    // Numbers packed as a grey PNG of 16 bits: rows of one frame below those of the one before; 0 is no value.
    async function unpack(map) {
      const bytes = Uint8Array.from(atob(map.png), c => c.charCodeAt(0));
      const view = new DataView(bytes.buffer);
      const parts = [];
      for (let at = 8; at < bytes.length;) {
        const length = view.getUint32(at);
        if (view.getUint32(at + 4) === 0x49444154) parts.push(bytes.subarray(at + 8, at + 8 + length));
        at += 12 + length;
      }
      const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
      const raw = new Uint8Array(await new Response(stream).arrayBuffer());
      const stride = 2 * map.columns, rows = map.rows * map.frames;
      const frames = [];
      let above = new Uint8Array(stride);
      for (let row = 0; row < rows; row++) {
        const filter = raw[row * (stride + 1)];
        const line = raw.subarray(row * (stride + 1) + 1, (row + 1) * (stride + 1));
        for (let i = 0; i < stride; i++) {
          const a = i > 1 ? line[i - 2] : 0, b = above[i], c = i > 1 ? above[i - 2] : 0;
          let guess = 0;
          if (filter === 1) guess = a;
          else if (filter === 2) guess = b;
          else if (filter === 3) guess = (a + b) >> 1;
          else if (filter === 4) {
            const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
            guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
          }
          line[i] = line[i] + guess;
        }
        above = line;
        if (row % map.rows === 0) frames.push([]);
        const values = new Float32Array(map.columns);
        for (let i = 0; i < map.columns; i++) {
          const code = line[2 * i] * 256 + line[2 * i + 1];
          values[i] = code ? map.minimum + (code - 1) * map.step : NaN;
        }
        frames[frames.length - 1].push(values);
      }
      return frames;
    }

    function height(panel, width) {
      if (panel.layout.scene) return Math.round(Math.min(0.8 * width, 620));
      const aspect = panel.layout.meta && panel.layout.meta.aspect;
      if (!aspect) return Math.round(Math.max(300, Math.min(430, 0.68 * width)));
      const bar = panel.packed.length ? 100 : 20;
      return Math.round(Math.min((width - 70 - bar) * aspect, 900) + 90);
    }

    async function build(host) {
      const figure = JSON.parse(document.getElementById(host.dataset.figure).textContent);
      // Without WebGL a surface stays a picture.
      if (figure.panels.some(panel => panel.layout.scene) && !document.createElement('canvas').getContext('webgl')) return;
      for (const panel of figure.panels) for (const packed of panel.packed) {
        const frames = await unpack(packed.map);
        panel.data[packed.trace].z = frames[0];
        if (frames.length > 1) panel.frames.forEach((frame, index) => {
          frame.data[frame.traces.indexOf(packed.trace)].z = frames[Math.min(index, frames.length - 1)];
        });
      }
      const still = host.parentElement.querySelector('.static');
      host.hidden = false;
      const grid = document.createElement('div');
      grid.className = figure.panels.length > 1 ? 'panels' : 'panels single';
      host.append(grid);
      const plots = [];
      // All cells first: a plot measures its cell, which narrows as its neighbours come.
      const cells = figure.panels.map(() => grid.appendChild(document.createElement('div')));
      for (const [index, panel] of figure.panels.entries()) {
        const cell = cells[index];
        if (panel.layout.title.text) {
          const heading = cell.appendChild(document.createElement('h5'));
          heading.innerHTML = panel.layout.title.text;
        }
        delete panel.layout.title;
        const plot = cell.appendChild(document.createElement('div'));
        const layout = panel.layout;
        Object.assign(layout, {
          height: height(panel, cell.clientWidth), margin: {l: 64, r: panel.packed.length ? 104 : 16, t: 28, b: 48},
          font: {family: 'system-ui, sans-serif', size: 13}, hoverlabel: {font: {}}, dragmode: 'zoom',
          separators: '.', legend: {orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom'}
        });
        const scene = layout.scene;
        if (scene) layout.margin = {l: 0, r: 0, t: 4, b: 0};
        else for (const axis of ['xaxis', 'yaxis']) Object.assign(layout[axis], {showline: true, ticks: 'outside', ticklen: 4});
        for (const [path, value] of Object.entries(paint({}, scene))) {
          const names = path.split('.'), last = names.pop();
          names.reduce((place, name) => place[name] ||= {}, layout)[last] = value;
        }
        await Plotly.newPlot(plot, {data: panel.data, layout, frames: panel.frames, config: {
          responsive: true, displaylogo: false, displayModeBar: 'hover', modeBarButtons: [
            scene ? ['toImage', 'orbitRotation', 'pan3d', 'zoom3d', 'resetCameraDefault3d'] : ['toImage', 'zoom2d', 'pan2d', 'resetScale2d']],
          toImageButtonOptions: {format: scene ? 'png' : 'svg', filename: figure.identifier}
        }});
        live.add(plot);
        if (panel.frames.length) plots.push(plot);
      }
      if (figure.slider && plots.length) host.prepend(slider(figure, plots));
      still.hidden = true;
      still.classList.add('replaced');
    }

    function slider(figure, plots) {
      const bar = document.createElement('div');
      bar.className = 'slider';
      const play = bar.appendChild(document.createElement('button'));
      play.type = 'button';
      play.textContent = 'Play';
      const input = bar.appendChild(document.createElement('input'));
      input.type = 'range';
      input.min = 0;
      input.max = figure.slider.texts.length - 1;
      input.value = 0;
      input.setAttribute('aria-label', figure.slider.label);
      const output = bar.appendChild(document.createElement('output'));
      let timer = 0;
      const show = () => {
        output.textContent = figure.slider.texts[input.value];
        input.setAttribute('aria-valuetext', output.textContent);
        const still = {mode: 'immediate', frame: {duration: 0, redraw: true}, transition: {duration: 0}};
        for (const plot of plots) Plotly.animate(plot, [String(input.value)], still).catch(() => {});
      };
      const stop = () => { clearInterval(timer); timer = 0; play.textContent = 'Play'; };
      input.addEventListener('input', () => { stop(); show(); });
      play.addEventListener('click', () => {
        if (timer) return stop();
        play.textContent = 'Pause';
        timer = setInterval(() => {
          input.value = (Number(input.value) + 1) % figure.slider.texts.length;
          show();
        }, 450);
      });
      // The middle says more than the start, where often nothing has happened yet.
      input.value = Math.floor(input.max / 2);
      show();
      return bar;
    }

    // One figure after the other, each when it comes near the window; a figure that fails stays as it was drawn.
    let queue = Promise.resolve();
    const watch = new IntersectionObserver(entries => {
      for (const entry of entries) if (entry.isIntersecting) {
        watch.unobserve(entry.target);
        const host = entry.target.querySelector('.interactive');
        queue = queue.then(() => build(host)).catch(error => {
          host.hidden = true;
          console.error('figure ' + host.dataset.figure + ' stays static: ' + error);
        });
      }
    }, {rootMargin: '400px'});
    document.querySelectorAll('figure.card').forEach(card => { if (card.querySelector('.interactive')) watch.observe(card); });
    })();
    """#
}
