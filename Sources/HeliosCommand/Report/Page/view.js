// What the user has chosen, and helpers for the document. Text from logs goes into the page only by `textContent`.

const data = JSON.parse(document.getElementById('data').textContent);

const view = {
    axis: 'step',
    smoothing: 0,
    isLogarithmic: false,
    filter: '',
    hidden: new Set(),
    listeners: [],
    change(what) {
        Object.assign(view, what);
        for (const listener of view.listeners) listener();
    },
};

function element(tag, properties = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name.includes('-') || name === 'role' || name === 'for') node.setAttribute(name, value);
        else node[name] = value;
    }
    node.append(...children);
    return node;
}

function drawing(tag, attributes = {}, ...children) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
}

// A button that gives a card the width of the page.
function enlargeButton(card, name, whenDone) {
    const button = element('button', {
        type: 'button', className: 'plain', textContent: '⤢', title: 'Enlarge', 'aria-label': `Enlarge ${name}`,
        'aria-pressed': 'false',
        onclick: () => {
            button.setAttribute('aria-pressed', card.classList.toggle('wide'));
            whenDone();
        },
    });
    return button;
}

// Colors that people who are color-blind can tell apart; after these, the same with dashes.
const colorCount = 7;
const dashes = ['', '6 3', '2 3', '8 3 2 3', '12 4', '1 4'];

function color(run) {
    return `var(--run-${run % colorCount})`;
}

function dash(run) {
    return dashes[Math.floor(run / colorCount) % dashes.length];
}

function swatch(run) {
    const line = drawing('line', { x1: 0, y1: 4, x2: 22, y2: 4, 'stroke-width': 3, 'stroke-dasharray': dash(run) });
    line.style.stroke = color(run);
    const svg = drawing('svg', { class: 'swatch', viewBox: '0 0 22 8', 'aria-hidden': 'true' }, line);
    return svg;
}

function visibleRuns() {
    return data.runs.map((run, index) => index).filter((index) => !view.hidden.has(index));
}

// The exponential average of TensorBoard: divided by the weight that all values so far have, so that the first values do
// not pull it toward zero. Values that are not finite stay out of it.
function smoothed(values, weight) {
    if (weight === 0) return values;
    let [average, total] = [0, 0];
    const first = values.find((value) => value !== null);
    if (values.every((value) => value === null || value === first)) return values;
    return values.map((value) => {
        if (value === null) return null;
        average = average * weight + (1 - weight) * value;
        total = total * weight + (1 - weight);
        return average / total;
    });
}
