// The values of a chart's curves at a place of its horizontal axis.

const tooltip = document.getElementById('tooltip');

class Hover {
    constructor(chart) {
        this.chart = chart;
        // The number on the axis whose values are shown; null if none are.
        this.place = null;
    }

    // Shows the values of all curves at the point that is nearest to a place of the axis.
    show(x, clientX, clientY, height) {
        this.hide();
        const { scale, drawn } = this.chart;
        if (x === undefined || !scale || drawn.length === 0) return;
        const [low, high] = scale.x;
        if (x < low || x > high) return;
        this.place = x;
        const rows = drawn.map((line) => [line, nearest(line.x, x)]).filter(([, index]) => index !== null);
        if (rows.length === 0) return;
        rows.sort(([left, at], [right, other]) => (right.shown[other] ?? -Infinity) - (left.shown[at] ?? -Infinity));
        // Of many curves those around the pointer.
        const limit = 12;
        let shown = rows;
        if (rows.length > limit) {
            const target = height === undefined ? null : scale.toY(height);
            const distance = ([line, index]) => Math.abs((line.shown[index] ?? Infinity) - (target ?? 0));
            shown = [...rows].sort((left, right) => distance(left) - distance(right)).slice(0, limit);
            shown = rows.filter((row) => shown.includes(row));
        }
        const body = element('tbody', {}, ...shown.map(([line, index]) => hoverRow(line, index)));
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
        this.mark(shown);
    }

    mark(rows) {
        const { px, py, top, height, hasPlace } = this.chart.scale;
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
        this.chart.svg.append(this.marks);
    }

    hide() {
        tooltip.hidden = true;
        this.marks?.remove();
        this.place = null;
    }
}

function hoverRow(line, index) {
    const { values, low, high, shown } = line;
    const special = line.special.find(([place]) => place === index);
    let text = shown[index] === null && special ? specialName(special[1]) : format.value(shown[index]);
    if (view.smoothing > 0) text += ` (${format.value(values[index])})`;
    else if (low && low[index] !== high[index]) text += ` (${format.value(low[index])} to ${format.value(high[index])})`;
    const place = view.axis === 'step' ? `step ${format.count(line.x[index])}` : format.duration(line.x[index]);
    return element(
        'tr', {}, element('td', {}, swatch(line.run)), element('td', { textContent: data.runs[line.run].label }),
        element('td', { textContent: text }), element('td', { className: 'muted', textContent: place }));
}

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
