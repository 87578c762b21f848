// Images that were logged.

// An image in its own size; a small one enlarged by a whole number, so that its pixels stay squares.
function image({ width, height, png }) {
    const factor = Math.max(1, Math.floor(Math.min(340 / width, 260 / height)));
    return element('img', {
        src: `data:image/png;base64,${png}`, alt: `Image of ${width} × ${height} pixels`,
        width: width * factor, height: height * factor, className: factor > 1 ? 'pixels' : '',
    });
}

function imageCard(run, entry) {
    const card = steppedCard(run, entry, image);
    // Only an image that is wider than its card gains by more room.
    if (entry.entries.some(({ value }) => value.width > 340)) {
        card.firstChild.append(enlargeButton(card, entry.name, () => {}));
    }
    return card;
}
