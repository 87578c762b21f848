// The axes and curves of a chart.

function drawAxes(svg, scale) {
    const { x, left, top, width, height, yTicks, px, py } = scale;
    for (const [number, label] of yTicks) {
        const y = Math.round(py(number)) + 0.5;
        svg.append(
            drawing('line', { class: 'grid', x1: left, x2: left + width, y1: y, y2: y }),
            drawing('text', { x: left - 6, y: y + 3.5, 'text-anchor': 'end' }, label));
    }
    const isTime = view.axis === 'time';
    const count = Math.max(2, Math.floor(width / 80));
    const xTicks = isTime ? format.durationTicks(ticks.time(x[0], x[1], count)) : format.ticks(ticks.linear(x[0], x[1], count));
    const bottom = top + height;
    svg.append(
        drawing('line', { class: 'axis', x1: left, x2: left + width, y1: bottom + 0.5, y2: bottom + 0.5 }));
    for (const [number, label] of xTicks) {
        const place = px(number);
        if (place < left - 1 || place > left + width + 1) continue;
        const anchor = place > left + width - 14 ? 'end' : 'middle';
        svg.append(
            drawing('line', { class: 'axis', x1: place, x2: place, y1: bottom, y2: bottom + 4 }),
            drawing('text', { x: place, y: bottom + 17, 'text-anchor': anchor }, label));
    }
}

// The line through values. A value without neighbors has no line: see lonePoints.
function pathOf(line, values, scale) {
    const { px, py, hasPlace } = scale;
    let [path, isDown] = ['', false];
    values.forEach((value, index) => {
        if (!hasPlace(value) || line.x[index] === null) {
            isDown = false;
            return;
        }
        path += `${isDown ? 'L' : 'M'}${px(line.x[index]).toFixed(1)} ${py(value).toFixed(1)}`;
        isDown = true;
    });
    return path;
}

// The indices of values without neighbors that a line could go to.
function lonePoints(line, values, { hasPlace }) {
    const isThere = (index) => hasPlace(values[index]) && line.x[index] !== null;
    return values.map((value, index) => index)
        .filter((index) => isThere(index) && !isThere(index - 1) && !isThere(index + 1));
}

function drawLine(line, scale, group) {
    const add = (attributes) => {
        const path = drawing('path', attributes);
        path.style.stroke = color(line.run);
        if (attributes.class === 'band') path.style.fill = color(line.run);
        group.append(path);
    };
    if (view.smoothing > 0) {
        add({ class: 'curve raw', d: pathOf(line, line.values, scale) });
    } else if (line.low) {
        add({ class: 'band', d: bandOf(line, scale) });
    }
    add({ class: 'curve', 'data-run': line.run, 'stroke-dasharray': dash(line.run), d: pathOf(line, line.shown, scale) });
    for (const index of lonePoints(line, line.shown, scale)) {
        const dot = drawing('circle', { r: 3, cx: scale.px(line.x[index]), cy: scale.py(line.shown[index]) });
        dot.style.fill = color(line.run);
        group.append(dot);
    }
}

// What lies between the least and the greatest of the values that a point stands for.
function bandOf({ x, low, high }, scale) {
    const { px, py, y, hasPlace } = scale;
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
function drawSpecial(svg, line, scale) {
    const { left, top, width, height, px } = scale;
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
            drawing('title', {}, specialName(kind)));
        mark.style.fill = color(line.run);
        svg.append(mark);
    }
}

function specialName(kind) {
    return [[1, 'NaN'], [2, '∞'], [4, '−∞']].filter(([bit]) => kind & bit).map(([, name]) => name).join(', ');
}
