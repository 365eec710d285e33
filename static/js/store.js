// What this device keeps: visits that wait, drafts, and who works here with what.
// Nothing else of the product stores anything in a browser.
const STORES = ["entries", "drafts", "kept"];
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("liaison-crm", 1);
    asked.onupgradeneeded = () => {
      for (const name of STORES) asked.result.createObjectStore(name);
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => {
        asked.result.close();
        opening = undefined;
      };
      resolve(asked.result);
    };
    asked.onerror = () => {
      opening = undefined;
      reject(asked.error);
    };
  });
  return opening;
}

// `change(store, read, (value) => next)`: one value read and written as one act.
// `next` undefined removes it; what was read is the answer.
export async function change(name, key, next) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const act = database.transaction(name, "readwrite", { durability: "strict" });
    const store = act.objectStore(name);
    let before;
    store.get(key).onsuccess = ({ target }) => {
      before = target.result;
      const after = next(before);
      if (after === undefined) store.delete(key);
      else store.put(after, key);
    };
    act.oncomplete = () => resolve(before);
    act.onabort = act.onerror = () => reject(act.error);
  });
}

export const put = (name, key, value) => change(name, key, () => value);
export const take = (name, key) => change(name, key, () => undefined);

async function read(name, ask) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const asked = ask(database.transaction(name).objectStore(name));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

export const get = (name, key) => read(name, (store) => store.get(key));
export const all = (name) => read(name, (store) => store.getAll());
