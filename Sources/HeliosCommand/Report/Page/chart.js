// One chart: the curves of one name, of all runs.

const announcement = document.getElementById('announcement');

class Chart {
    // `curves` has a run's number and its curve in each element.
    constructor(name, curves) {
        this.name = name;
        this.curves = curves;
        this.zoom = null;
        this.hover = new Hover(this);
        this.isDirty = true;
        this.isSeen = false;
        this.svg = drawing('svg', {
            class: 'plot', tabindex: 0, role: 'img',
            'aria-label': `Curves of ${name}. Arrow keys show values, + and - zoom, Escape shows all.`,
        });
        this.value = element('span', { className: 'value' });
        this.reset = element('button', {
            type: 'button', className: 'plain', textContent: 'Show all', hidden: true,
            onclick: () => this.setZoom(null),
        });
        this.table = element('details', {}, element('summary', { textContent: 'Values' }));
        this.table.addEventListener('toggle', () => this.fillTable());
        this.card = element('article', { className: 'card' });
        this.card.append(
            element(
                'div', { className: 'card-head' }, element('h3', { textContent: name, title: name }), this.value,
                this.reset, enlargeButton(this.card, name, () => this.draw())),
            this.svg, this.table);
        addGestures(this);
    }

    // Draws again when it is seen next.
    invalidate() {
        this.isDirty = true;
        if (this.isSeen) this.draw();
    }

    setZoom(zoom) {
        this.zoom = zoom;
        this.reset.hidden = zoom === null;
        this.hover.hide();
        this.draw();
    }

    draw() {
        this.isDirty = false;
        const box = this.svg.getBoundingClientRect();
        if (box.width === 0) {
            this.isDirty = true;
            return;
        }
        const lines = drawnLines(this.curves);
        const ranges = rangesOf(lines, this.zoom);
        this.drawn = lines;
        this.svg.replaceChildren();
        this.svg.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
        if (!ranges) {
            this.scale = null;
            this.svg.append(drawing('text', { x: box.width / 2, y: box.height / 2, 'text-anchor': 'middle' },
                lines.length === 0 ? 'no run is shown' : 'the log has no times'));
            return;
        }
        this.scale = makeScale(ranges, box);
        drawAxes(this.svg, this.scale);
        const { left, top, width, height } = this.scale;
        const clip = `clip-${Chart.count += 1}`;
        // A little wider than the plot, so that dots at its edges are whole.
        const plot = { x: left - 4, y: top - 4, width: width + 8, height: height + 8 };
        this.svg.append(drawing('clipPath', { id: clip }, drawing('rect', plot)));
        const group = drawing('g', { 'clip-path': `url(#${clip})` });
        for (const line of lines) drawLine(line, this.scale, group);
        this.svg.append(group);
        for (const line of lines) drawSpecial(this.svg, line, this.scale);
        this.value.textContent = lines.length === 1 ? format.value(lines[0].curve.last?.[1]) : '';
        this.fillTable();
    }

    fillTable() {
        if (!this.table.open) return;
        this.table.querySelector('table')?.remove();
        const cell = (point) => [
            element('td', { className: 'number', textContent: format.value(point?.[1]) }),
            element('td', { className: 'number muted', textContent: point ? format.count(point[0]) : '' }),
        ];
        const head = ['', 'last', 'step', 'least', 'step', 'greatest', 'step', 'points'].map((textContent, index) =>
            element('th', { textContent, scope: 'col', className: index > 0 ? 'number' : '' }));
        const rows = this.curves.filter(({ run }) => !view.hidden.has(run)).map(({ run, curve }) =>
            element(
                'tr', {}, element('th', { scope: 'row' }, swatch(run), ` ${data.runs[run].label}`), ...cell(curve.last),
                ...cell(curve.least), ...cell(curve.greatest),
                element('td', { className: 'number', textContent: format.count(curve.count) })));
        this.table.append(
            element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows)));
        this.table.style.overflowX = 'auto';
    }
}

Chart.count = 0;
