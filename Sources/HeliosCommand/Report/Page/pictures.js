// Confusion matrices, precision-recall curves and histograms.

function pictureCard(run, name, step, ...children) {
    const head = element(
        'div', { className: 'card-head' }, swatch(run), element('h3', { textContent: name, title: name }),
        element('span', { className: 'value', textContent: step === null ? '' : `step ${format.count(step)}` }));
    return element('article', { className: 'card' }, head, ...children);
}

// A card with a slider for the step, if there are several.
function steppedCard(run, { name, entries }, draw) {
    const last = entries.length - 1;
    const place = element('div', {}, draw(entries[last].value));
    const card = pictureCard(run, name, entries[last].step, place);
    if (last > 0) {
        const value = card.querySelector('.value');
        const slider = element('input', {
            type: 'range', min: 0, max: last, value: last, 'aria-label': `Step of ${name}`,
            oninput: () => {
                const entry = entries[slider.value];
                place.replaceChildren(draw(entry.value));
                value.textContent = `step ${format.count(entry.step)}`;
                slider.setAttribute('aria-valuetext', value.textContent);
            },
        });
        card.append(slider);
    }
    return card;
}

function confusionCard(run, { name, entries }) {
    const { step, value } = entries[0];
    const { size, classes, counts, pairs } = value;
    const accuracy = value.accuracy === null ? '' : `${Number((value.accuracy * 100).toFixed(2))} % right, `;
    const about = element('p', { className: 'value', textContent: `${accuracy}${format.count(size)} classes` });
    const card = pictureCard(run, name, step, about);
    if (classes) {
        const head = element(
            'tr', {}, element('th', { textContent: 'true ↓ taken for →', className: 'muted' }),
            ...classes.map((textContent) => element('th', { scope: 'col', textContent })));
        const rows = classes.map((label, row) => {
            const part = counts.slice(row * size, (row + 1) * size);
            const total = part.reduce((sum, count) => sum + count, 0);
            return element(
                'tr', {}, element('th', { scope: 'row', textContent: label }),
                ...part.map((count) => {
                    const cell = element('td', { textContent: format.value(count), className: count === 0 ? 'muted' : '' });
                    const share = total > 0 ? count / total : 0;
                    cell.style.background = `rgba(var(--heat), ${(share * 0.75).toFixed(3)})`;
                    return cell;
                }));
        });
        card.append(
            element(
                'div', { className: 'matrix', tabIndex: 0 },
                element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows))));
        if (size > 10) card.classList.add('wide');
    }
    if (pairs.length > 0) {
        const rows = pairs.map(([truth, other, count]) =>
            element(
                'tr', {}, element('td', { textContent: truth }), element('td', { textContent: `taken for ${other}` }),
                element('td', { className: 'number', textContent: format.value(count) })));
        const fold = element(
            'details', {}, element('summary', { textContent: 'Most frequent mistakes' }),
            element('table', {}, element('tbody', {}, ...rows)));
        fold.open = !classes;
        card.append(fold);
    }
    return card;
}

function frame(label) {
    const [width, height, left, bottom] = [400, 220, 40, 24];
    const svg = drawing('svg', {
        class: 'plot', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'xMinYMid', role: 'img', 'aria-label': label,
    });
    svg.style.cursor = 'default';
    return { svg, left, top: 8, width: width - left - 12, height: height - bottom - 8 };
}

function axes({ svg, left, top, width, height }, x, y) {
    for (const [number, label] of format.ticks(ticks.linear(y[0], y[1], 4))) {
        const place = top + (1 - (number - y[0]) / (y[1] - y[0])) * height;
        svg.append(
            drawing('line', { class: 'grid', x1: left, x2: left + width, y1: place, y2: place }),
            drawing('text', { x: left - 6, y: place + 3.5, 'text-anchor': 'end' }, label));
    }
    svg.append(drawing('line', { class: 'axis', x1: left, x2: left + width, y1: top + height, y2: top + height }));
    for (const [number, label] of format.ticks(ticks.linear(x[0], x[1], 5))) {
        const place = left + ((number - x[0]) / (x[1] - x[0])) * width;
        svg.append(
            drawing('text', { x: place, y: top + height + 17, 'text-anchor': 'middle' }, label));
    }
}

function histogram(run, { edges, counts }) {
    const box = frame('Histogram');
    const { svg, left, top, width, height } = box;
    const last = edges.length - 1;
    const x = edges[0] < edges[last] ? [edges[0], edges[last]] : [edges[0] - 0.5, edges[last] + 0.5];
    // Bins may have different widths: the area shows how many numbers there are.
    const density = counts.map((count, index) => count / Math.max(edges[index + 1] - edges[index], (x[1] - x[0]) * 1e-6));
    const highest = Math.max(...density, 1e-300);
    const isEven = edges.every((edge, index) =>
        Math.abs(edge - (edges[0] + ((edges[last] - edges[0]) * index) / last)) < (x[1] - x[0]) * 1e-3);
    const scale = isEven ? Math.max(...counts, 1) / highest : 1;
    axes(box, x, [0, highest * scale]);
    const px = (number) => left + ((number - x[0]) / (x[1] - x[0])) * width;
    density.forEach((value, index) => {
        const size = (value / highest) * height;
        const bar = drawing(
            'rect', {
                x: px(edges[index]), y: top + height - size, height: size,
                width: Math.max(px(edges[index + 1]) - px(edges[index]) - 0.5, 0.5), opacity: 0.75,
            },
            drawing('title', {}, `${format.value(edges[index])} to ${format.value(edges[index + 1])}: ${format.count(counts[index])}`));
        bar.style.fill = color(run);
        svg.append(bar);
    });
    return svg;
}

function precisionRecall(run, { precision, recall }) {
    const box = frame('Precision by recall');
    const { svg, left, top, width, height } = box;
    axes(box, [0, 1], [0, 1]);
    svg.append(
        drawing('text', { x: left + width, y: top + height - 6, 'text-anchor': 'end' }, 'recall'),
        drawing('text', { x: left + 4, y: top + 12 }, 'precision'));
    const points = recall.map((number, index) => [number, precision[index]])
        // Where nothing was found there is no precision.
        .filter(([found, right]) => found !== null && right !== null && (found > 0 || right > 0))
        .map(([found, right]) => `${(left + found * width).toFixed(1)} ${(top + (1 - right) * height).toFixed(1)}`);
    const path = drawing('path', { class: 'curve', 'stroke-dasharray': dash(run), d: points.length ? `M${points.join('L')}` : '' });
    path.style.stroke = color(run);
    svg.append(path);
    return svg;
}
