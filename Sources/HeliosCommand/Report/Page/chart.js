// One chart: the curves of one name, of all runs.

const tooltip = document.getElementById('tooltip');
const announcement = document.getElementById('announcement');

class Chart {
    // `curves` has a run's number and its curve in each element.
    constructor(name, curves) {
        this.name = name;
        this.curves = curves;
        this.zoom = null;
        this.cursor = null;
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
        this.wide = element('button', {
            type: 'button', className: 'plain', textContent: '⤢', title: 'Enlarge', 'aria-label': `Enlarge ${name}`,
            'aria-pressed': 'false',
            onclick: () => {
                const isWide = this.card.classList.toggle('wide');
                this.wide.setAttribute('aria-pressed', isWide);
                this.draw();
            },
        });
        this.table = element('details', {}, element('summary', { textContent: 'Values' }));
        this.table.addEventListener('toggle', () => this.fillTable());
        this.card = element(
            'article', { className: 'card' },
            element(
                'div', { className: 'card-head' },
                element('h3', { textContent: name, title: name }), this.value, this.reset, this.wide),
            this.svg, this.table);
        this.listen();
    }

    // Draws again when it is seen next.
    invalidate() {
        this.isDirty = true;
        if (this.isSeen) this.draw();
    }

    listen() {
        let start = null;
        const place = (event) => {
            const box = this.svg.getBoundingClientRect();
            return { x: event.clientX - box.left, y: event.clientY - box.top };
        };
        this.svg.addEventListener('pointerdown', (event) => {
            if (event.button !== 0 || !this.scale) return;
            start = place(event);
            if (event.pointerType === 'mouse') event.preventDefault();
            this.svg.focus({ preventScroll: true });
            this.svg.setPointerCapture(event.pointerId);
        });
        this.svg.addEventListener('pointermove', (event) => {
            const now = place(event);
            if (start && Math.abs(now.x - start.x) > 4) {
                this.showSelection(start, now);
                this.hideCursor();
            } else {
                this.showCursor(this.scale?.toX(now.x), event.clientX, event.clientY, now.y);
            }
        });
        this.svg.addEventListener('pointerup', (event) => {
            const end = place(event);
            if (start && Math.abs(end.x - start.x) > 4) this.zoomTo(start, end);
            start = null;
            this.selection?.remove();
        });
        this.svg.addEventListener('pointercancel', () => {
            start = null;
            this.selection?.remove();
        });
        this.svg.addEventListener('pointerleave', () => this.hideCursor());
        this.svg.addEventListener('blur', () => this.hideCursor());
        this.svg.addEventListener('dblclick', () => this.setZoom(null));
        this.svg.addEventListener('keydown', (event) => this.pressed(event));
    }

    pressed(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || !this.scale) return;
        const [low, high] = this.scale.x;
        const middle = this.cursor ?? (low + high) / 2;
        switch (event.key) {
            case 'ArrowLeft':
            case 'ArrowRight': {
                const distance = (high - low) / (event.shiftKey ? 10 : 100);
                const next = middle + (event.key === 'ArrowLeft' ? -distance : distance);
                const x = Math.min(high, Math.max(low, next));
                const box = this.svg.getBoundingClientRect();
                this.showCursor(x, box.left + this.scale.px(x), box.top + 24);
                announcement.textContent = tooltip.innerText.replace(/\s+/g, ' ');
                break;
            }
            case '+':
            case '=':
            case '-': {
                const factor = event.key === '-' ? 2 : 0.5;
                const x = [middle - (middle - low) * factor, middle + (high - middle) * factor];
                if (x[1] > x[0]) this.setZoom({ x, y: null });
                break;
            }
            case 'Escape':
            case '0':
                this.setZoom(null);
                break;
            default:
                return;
        }
        event.preventDefault();
    }

    setZoom(zoom) {
        this.zoom = zoom;
        this.reset.hidden = zoom === null;
        this.hideCursor();
        this.draw();
    }

    zoomTo(start, end) {
        const x = [this.scale.toX(Math.min(start.x, end.x)), this.scale.toX(Math.max(start.x, end.x))];
        // A flat drag chooses a part of the axis; the heights follow.
        const isFlat = Math.abs(end.y - start.y) < 24;
        const y = isFlat ? null : [this.scale.toY(Math.max(start.y, end.y)), this.scale.toY(Math.min(start.y, end.y))];
        if (x[1] > x[0]) this.setZoom({ x, y });
    }

    showSelection(start, end) {
        this.selection?.remove();
        const { top, height } = this.scale;
        const isFlat = Math.abs(end.y - start.y) < 24;
        this.selection = drawing('rect', {
            class: 'selection', x: Math.min(start.x, end.x), width: Math.abs(end.x - start.x),
            y: isFlat ? top : Math.min(start.y, end.y), height: isFlat ? height : Math.abs(end.y - start.y),
        });
        this.svg.append(this.selection);
    }

    // The visible curves with what is drawn of them.
    lines() {
        return this.curves.filter(({ run }) => !view.hidden.has(run)).map(({ run, curve }) => {
            let order = null;
            let x = view.axis === 'step' ? curve.steps : curve.times;
            let { values, low, high } = curve;
            let special = curve.special ?? [];
            if (x.some((number, index) => index > 0 && number < x[index - 1])) {
                order = x.map((number, index) => index).sort((left, right) => x[left] - x[right] || left - right);
                const sorted = (list) => list && order.map((index) => list[index]);
                const places = new Map(order.map((from, to) => [from, to]));
                [x, values, low, high] = [x, values, low, high].map(sorted);
                special = special.map(([index, kind]) => [places.get(index), kind]);
            }
            return { run, curve, x, values, low, high, special, shown: smoothed(values, view.smoothing) };
        });
    }

    // The numbers at both ends of the axes.
    ranges(lines) {
        const isShown = (value) => value !== null && value !== undefined && (!view.isLogarithmic || value > 0);
        let x = [Infinity, -Infinity];
        for (const line of lines) {
            for (const number of line.x) {
                if (number === null) continue;
                if (number < x[0]) x[0] = number;
                if (number > x[1]) x[1] = number;
            }
        }
        if (x[0] > x[1]) return null;
        if (x[0] === x[1]) x = [x[0] - 1, x[1] + 1];
        x = this.zoom?.x ?? x;
        let y = [Infinity, -Infinity];
        for (const line of lines) {
            const lists = view.smoothing > 0 ? [line.values, line.shown] : [line.values, line.low, line.high];
            line.x.forEach((number, index) => {
                if (number === null || number < x[0] || number > x[1]) return;
                for (const list of lists) {
                    const value = list?.[index];
                    if (!isShown(value)) continue;
                    if (value < y[0]) y[0] = value;
                    if (value > y[1]) y[1] = value;
                }
            });
        }
        if (y[0] > y[1]) y = view.isLogarithmic ? [0.1, 1] : [0, 1];
        if (this.zoom?.y) return { x, y: this.zoom.y };
        if (view.isLogarithmic) {
            const room = y[0] === y[1] ? 2 : (y[1] / y[0]) ** 0.05;
            return { x, y: [Math.max(y[0] / room, 1e-320), Math.min(y[1] * room, 1e308)] };
        }
        const room = y[0] === y[1] ? Math.abs(y[0]) * 0.1 || 1 : (y[1] - y[0]) * 0.05;
        return { x, y: [y[0] - room, y[1] + room] };
    }

    draw() {
        this.isDirty = false;
        const box = this.svg.getBoundingClientRect();
        if (box.width === 0) {
            this.isDirty = true;
            return;
        }
        const lines = this.lines();
        const ranges = this.ranges(lines);
        this.drawn = lines;
        this.svg.replaceChildren();
        this.svg.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
        if (!ranges) {
            this.scale = null;
            this.svg.append(drawing('text', { x: box.width / 2, y: box.height / 2, 'text-anchor': 'middle' },
                lines.length === 0 ? 'no run is shown' : 'the log has no times'));
            return;
        }
        this.scale = this.makeScale(ranges, box);
        this.drawAxes();
        const { left, top, width, height } = this.scale;
        const clip = `clip-${Chart.count += 1}`;
        this.svg.append(drawing('clipPath', { id: clip }, drawing('rect', { x: left, y: top, width, height })));
        const group = drawing('g', { 'clip-path': `url(#${clip})` });
        for (const line of lines) this.drawLine(line, group);
        this.svg.append(group);
        for (const line of lines) this.drawSpecial(line);
        this.value.textContent = lines.length === 1 ? format.value(lines[0].curve.last?.[1]) : '';
        this.fillTable();
    }

    makeScale({ x, y }, box) {
        const isLogarithmic = view.isLogarithmic && y[0] > 0;
        const [top, bottom, right] = [8, 24, 12];
        const height = Math.max(box.height - top - bottom, 10);
        const count = Math.max(2, Math.round(height / 40));
        let yTicks;
        if (isLogarithmic) {
            const list = ticks.logarithmic(y[0], y[1], count);
            yTicks = list.map((number) => [number, y[1] / y[0] < 3 ? format.value(number) : format.power(number)]);
        } else {
            yTicks = format.ticks(ticks.linear(y[0], y[1], count));
        }
        const left = Math.max(...yTicks.map(([, label]) => label.length), 3) * 6.6 + 10;
        const width = Math.max(box.width - left - right, 10);
        const [low, high] = isLogarithmic ? y.map(Math.log) : y;
        const place = isLogarithmic ? Math.log : (number) => number;
        return {
            x, y, left, top, width, height, yTicks,
            px: (number) => left + ((number - x[0]) / (x[1] - x[0])) * width,
            py: (number) => top + (1 - (place(number) - low) / (high - low)) * height,
            toX: (pixel) => x[0] + ((pixel - left) / width) * (x[1] - x[0]),
            toY: (pixel) => {
                const number = low + (1 - (pixel - top) / height) * (high - low);
                return isLogarithmic ? Math.exp(number) : number;
            },
            hasPlace: (value) => value !== null && value !== undefined && (!isLogarithmic || value > 0),
        };
    }

    drawAxes() {
        const { x, left, top, width, height, yTicks, px, py } = this.scale;
        for (const [number, label] of yTicks) {
            const y = Math.round(py(number)) + 0.5;
            this.svg.append(
                drawing('line', { class: 'grid', x1: left, x2: left + width, y1: y, y2: y }),
                drawing('text', { x: left - 6, y: y + 3.5, 'text-anchor': 'end' }, label));
        }
        const isTime = view.axis === 'time';
        const count = Math.max(2, Math.floor(width / 80));
        const xTicks = isTime ? format.durationTicks(ticks.time(x[0], x[1], count)) : format.ticks(ticks.linear(x[0], x[1], count));
        const bottom = top + height;
        this.svg.append(
            drawing('line', { class: 'axis', x1: left, x2: left + width, y1: bottom + 0.5, y2: bottom + 0.5 }));
        for (const [number, label] of xTicks) {
            const place = px(number);
            if (place < left - 1 || place > left + width + 1) continue;
            const anchor = place > left + width - 14 ? 'end' : 'middle';
            this.svg.append(
                drawing('line', { class: 'axis', x1: place, x2: place, y1: bottom, y2: bottom + 4 }),
                drawing('text', { x: place, y: bottom + 17, 'text-anchor': anchor }, label));
        }
    }

    path(line, values) {
        const { px, py, hasPlace } = this.scale;
        let [path, isDown] = ['', false];
        values.forEach((value, index) => {
            if (!hasPlace(value) || line.x[index] === null) {
                isDown = false;
                return;
            }
            path += `${isDown ? 'L' : 'M'}${px(line.x[index]).toFixed(1)} ${py(value).toFixed(1)}`;
            // A point without neighbors is a dot.
            if (!isDown && !hasPlace(values[index + 1])) path += 'h0.01';
            isDown = true;
        });
        return path;
    }

    drawLine(line, group) {
        const add = (attributes) => {
            const path = drawing('path', attributes);
            path.style[attributes.class === 'band' ? 'fill' : 'stroke'] = color(line.run);
            group.append(path);
        };
        if (view.smoothing > 0) {
            add({ class: 'curve raw', d: this.path(line, line.values) });
        } else if (line.low) {
            add({ class: 'band', d: this.band(line) });
        }
        add({ class: 'curve', 'data-run': line.run, 'stroke-dasharray': dash(line.run), d: this.path(line, line.shown) });
    }

    // What lies between the least and the greatest of the values that a point stands for.
    band({ x, low, high }) {
        const { px, py, y, hasPlace } = this.scale;
        let path = '';
        let part = [];
        const close = () => {
            if (part.length > 1) {
                const upper = part.map((index) => `${px(x[index]).toFixed(1)} ${py(high[index]).toFixed(1)}`);
                const lower = part.reverse()
                    .map((index) => `${px(x[index]).toFixed(1)} ${py(hasPlace(low[index]) ? low[index] : y[0]).toFixed(1)}`);
                path += `M${upper.join('L')}L${lower.join('L')}Z`;
            }
            part = [];
        };
        high.forEach((value, index) => {
            if (hasPlace(value) && x[index] !== null) part.push(index);
            else close();
        });
        close();
        return path;
    }

    // Triangles at the edge for values that have no place on the axis, few enough to be seen.
    drawSpecial(line) {
        const { left, top, width, height, px } = this.scale;
        let before = -Infinity;
        for (const [index, kind] of line.special) {
            if (line.x[index] === null) continue;
            const x = px(line.x[index]);
            if (x < left || x > left + width || x - before < 6) continue;
            before = x;
            const isAbove = (kind & 2) !== 0;
            const path = isAbove ? `M${x - 5} ${top + 9}h10l-5 -8z` : `M${x - 5} ${top + height - 9}h10l-5 8z`;
            const mark = drawing(
                'path', { class: 'special', d: path },
                drawing('title', {}, Chart.special(kind)));
            mark.style.fill = color(line.run);
            this.svg.append(mark);
        }
    }

    static special(kind) {
        return [[1, 'NaN'], [2, '∞'], [4, '−∞']].filter(([bit]) => kind & bit).map(([, name]) => name).join(', ');
    }

    // Shows the values of all curves at the point that is nearest to a place of the axis.
    showCursor(x, clientX, clientY, height) {
        this.hideCursor();
        if (x === undefined || !this.scale || this.drawn.length === 0) return;
        const [low, high] = this.scale.x;
        if (x < low || x > high) return;
        this.cursor = x;
        const rows = this.drawn.map((line) => [line, nearest(line.x, x)]).filter(([, index]) => index !== null);
        if (rows.length === 0) return;
        rows.sort(([left, at], [right, other]) => (right.shown[other] ?? -Infinity) - (left.shown[at] ?? -Infinity));
        // Of many curves those around the pointer.
        const limit = 12;
        let shown = rows;
        if (rows.length > limit) {
            const target = height === undefined ? null : this.scale.toY(height);
            const distance = ([line, index]) => Math.abs((line.shown[index] ?? Infinity) - (target ?? 0));
            shown = [...rows].sort((left, right) => distance(left) - distance(right)).slice(0, limit);
            shown = rows.filter((row) => shown.includes(row));
        }
        const body = element('tbody', {}, ...shown.map(([line, index]) => this.tooltipRow(line, index)));
        const children = [element('table', {}, body)];
        if (rows.length > limit) {
            children.push(element('div', { className: 'muted', textContent: `and ${rows.length - limit} more` }));
        }
        tooltip.replaceChildren(...children);
        tooltip.hidden = false;
        const box = tooltip.getBoundingClientRect();
        const isLeft = clientX + box.width + 24 > window.innerWidth;
        tooltip.style.left = `${Math.max(4, isLeft ? clientX - box.width - 14 : clientX + 14)}px`;
        tooltip.style.top = `${Math.max(4, Math.min(clientY + 14, window.innerHeight - box.height - 4))}px`;
        this.drawCursor(shown);
    }

    tooltipRow(line, index) {
        const { values, low, high, shown } = line;
        const special = line.special.find(([place]) => place === index);
        let text = shown[index] === null && special ? Chart.special(special[1]) : format.value(shown[index]);
        if (view.smoothing > 0) text += ` (${format.value(values[index])})`;
        else if (low && low[index] !== high[index]) text += ` (${format.value(low[index])} to ${format.value(high[index])})`;
        const place = view.axis === 'step' ? `step ${format.count(line.x[index])}` : format.duration(line.x[index]);
        return element(
            'tr', {}, element('td', {}, swatch(line.run)), element('td', { textContent: data.runs[line.run].label }),
            element('td', { textContent: text }), element('td', { className: 'muted', textContent: place }));
    }

    drawCursor(rows) {
        const { px, py, top, height, hasPlace } = this.scale;
        this.marks = drawing('g', {});
        const [first, at] = rows[0];
        const x = px(first.x[at]);
        this.marks.append(drawing('line', { class: 'cursor', x1: x, x2: x, y1: top, y2: top + height }));
        for (const [line, index] of rows) {
            if (!hasPlace(line.shown[index])) continue;
            const dot = drawing('circle', { r: 3.5, cx: px(line.x[index]), cy: py(line.shown[index]) });
            dot.style.fill = color(line.run);
            this.marks.append(dot);
        }
        this.svg.append(this.marks);
    }

    hideCursor() {
        tooltip.hidden = true;
        this.marks?.remove();
        this.cursor = null;
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

// The index of the number that is nearest to another, in ascending numbers; null if there is none.
function nearest(numbers, target) {
    let [low, high] = [0, numbers.length - 1];
    if (high < 0 || numbers[0] === null) return null;
    while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (numbers[middle] <= target) low = middle;
        else high = middle;
    }
    return Math.abs(numbers[low] - target) <= Math.abs(numbers[high] - target) ? low : high;
}
