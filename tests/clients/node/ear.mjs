// What a client was asked and told by its server.

/** The handlers of a client speak to it. */
export class Ear {
  constructor(expected) {
    this.expected = expected;
    this.asked = [];
    this.changed = () => {};
  }

  /** Answers the one question of the fixture. */
  answer(params) {
    this.asked.push(params);
    const { field, answer } = this.expected.elicitation;
    return { action: 'accept', content: { [field]: answer } };
  }

  /** Comes when the client hears that the list of tools changed. */
  nextChange() {
    return new Promise((resolve) => {
      this.changed = resolve;
    });
  }
}
